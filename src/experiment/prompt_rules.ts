import type { RuleViolation } from "./rule_violation.ts";
import type { PromptInitializationKeys, PromptKeys } from "./experiment_file.ts";
import { promptLength } from "./prompt_vectors.ts";
import { parseTemplate, TemplateError } from "./template.ts";

/** The keys of an initialization, and the kinds that each goes with. */
const INITIALIZATION_KEYS: Readonly<
  Record<Exclude<keyof PromptInitializationKeys, "from">, readonly PromptInitializationKeys["from"][]>
> = {
  top: ["vocabulary"],
  range: ["random"],
  text: ["text"],
  as: ["text"],
  path: ["run", "peft"],
  enters: ["peft"],
};

/** The rules of a prompt: the keys that its kind allows, and its template. */
export function promptRules(prompt: PromptKeys): RuleViolation[] {
  const violations: RuleViolation[] = [];
  const violation = (key: string, message: string) => violations.push({ path: ["prompt", key], message });
  if (prompt.kind === "hard") {
    for (const key of ["length", "insertion", "initialization"] as const) {
      if (prompt[key] !== undefined) {
        violation(key, `'prompt.${key}' belongs to a soft prompt: remove it, or set 'prompt.kind: soft'`);
      }
    }
  }
  for (const message of initializationFaults(prompt)) violation("initialization", message);
  try {
    parseTemplate(prompt.template, promptLength(prompt));
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    violation("template", error.message);
  }
  return violations;
}

function initializationFaults({ initialization: given, insertion }: PromptKeys): string[] {
  if (given === undefined) return [];
  const faults: string[] = [];
  const { from } = given;
  for (const [key, kinds] of Object.entries(INITIALIZATION_KEYS)) {
    const isGiven = Object.hasOwn(given, key);
    const isWanted = key === (from === "text" ? "text" : "path");
    if (isGiven && !kinds.includes(from)) {
      faults.push(`'${key}' goes with 'from: ${kinds.join("' or 'from: ")}'`);
    }
    if (isWanted && kinds.includes(from) && !isGiven) faults.push(`'from: ${from}' needs '${key}'`);
  }
  if (from === "peft" && insertion !== "word-embeddings") {
    faults.push("PEFT's prompts replace word embeddings: set 'prompt.insertion: word-embeddings'");
  }
  return faults;
}
