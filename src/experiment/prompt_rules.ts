import type { RuleViolation } from "./rule_violation.ts";
import type { PromptInitializationKeys, PromptKeys } from "./experiment_file.ts";
import { promptLength } from "./prompt_vectors.ts";
import { parseTemplate, TemplateError, templateText } from "./template.ts";

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
  for (const message of chatFaults(prompt)) violation("template", message);
  try {
    parseTemplate(templateText(prompt.template), promptLength(prompt));
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    violation("template", error.message);
  }
  return violations;
}

/** A chat goes on with the assistant's answer, for which there is no mask. */
function chatFaults({ template }: PromptKeys): string[] {
  if (typeof template === "string") return [];
  const { chat } = template;
  const masks = chat.some(({ content }) => content.includes("{mask}"));
  return [
    ...(masks ? ["a chat has no '{mask}': the answer is the assistant's next message"] : []),
    ...(chat.at(-1)?.role === "assistant"
      ? ["the last message of a chat is not the assistant's, whose next one is the answer: leave it out"]
      : []),
  ];
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
