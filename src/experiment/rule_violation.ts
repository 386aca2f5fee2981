import type { KeyPath } from "./document.ts";

/** A rule that a file breaks, and where. */
export interface RuleViolation {
  readonly path: KeyPath;
  readonly message: string;
}
