import type { KeyPath } from "./key_path.ts";

/** A rule that a file breaks, and where. */
export interface RuleViolation {
  readonly path: KeyPath;
  readonly message: string;
}
