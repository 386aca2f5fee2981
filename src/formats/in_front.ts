import type { TemplateEncoder } from "../prompt/encoding.ts";
import { templateError } from "../prompt/template_error.ts";
import type { TextFrame } from "../prompt/frame.ts";

/**
 * Checks that a prompt's vectors come before all tokens, special ones among them.
 *
 * @throws {ConfigValueError} where they do not
 */
export function checkInFront({ promptRows }: TextFrame, { parts }: TemplateEncoder): void {
  const [first] = parts.filter((part) => part.kind !== "specials" || part.ids.length > 0);
  const length = first?.kind === "vectors" ? first.length : 0;
  if (promptRows.length === length) return;
  throw templateError(
    "a causal model is exported with its prompt in front, and the template has it elsewhere: begin the template with {prompt}",
  );
}
