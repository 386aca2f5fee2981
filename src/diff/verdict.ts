/** The verdict on a difference; that on a metric without a better direction is that it is a description. */
export type Verdict = "better" | "worse" | "no evidence either way" | "description";

/** Whether a verdict is that B is better or worse. */
export function isChange(verdict: Verdict): verdict is "better" | "worse" {
  return verdict === "better" || verdict === "worse";
}
