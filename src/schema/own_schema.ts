import type { Options } from "ajv";

/**
 * How Ajv reads the project's own schemas. They need not be checked against JSON Schema's own schema at each start, as a test does it, and
 * their validators run too seldom to be worth optimizing: with both, making one takes three times as long.
 */
export const OWN_SCHEMA: Options = { ownProperties: true, validateSchema: false, code: { optimize: false } };
