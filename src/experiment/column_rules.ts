import type { RuleViolation } from "./rule_violation.ts";
import type { KeyPath } from "./key_path.ts";
import {
  type DatasetKeys,
  DEFAULTS,
  type EvaluationTransferKeys,
  type ExperimentFile,
} from "./experiment_file.ts";
import { nearest } from "./messages.ts";
import { promptLength } from "./prompt_vectors.ts";
import { columnsNamed, columnsOf, parseTemplate, TemplateError, templateText } from "./template.ts";

/** The rules of the columns that a template contains. */
export function columnRules(given: ExperimentFile): RuleViolation[] {
  const { target } = given.answer ?? {};
  return [
    ...oneColumnRules(given),
    ...(target === undefined ? labelRules(given) : answerLeaks(given, target)),
  ];
}

/** No column in the template may be one of which the right answer is made. */
function answerLeaks({ dataset, prompt }: ExperimentFile, target: string): RuleViolation[] {
  const { text } = { ...DEFAULTS.dataset, ...dataset };
  const column = (name: string) => name === "text" ? text : name;
  const asked = columnsNamed(target).map(column);
  const leak = templateColumns(prompt)?.find((name) => asked.includes(column(name)));
  return leak === undefined ? [] : [{
    path: ["prompt", "template"],
    message: `'{${leak}}' in the template stands for the column '${
      column(leak)
    }', of which 'answer.target' makes the right answer: use another column`,
  }];
}

/** Built-in datasets have one column. */
function oneColumnRules({ dataset, prompt }: ExperimentFile): RuleViolation[] {
  const strange = templateColumns(prompt)?.find((one) => one !== "text");
  if (dataset.name === undefined || strange === undefined) return [];
  return [{
    path: ["prompt", "template"],
    message: `unknown placeholder '{${strange}}'${
      nearest(strange, ["text", "mask", "prompt"])
    } (allowed: {text}, {mask}, {prompt}, {prompt:N}; other columns need a dataset of your own)`,
  }];
}

/** The class is what the model predicts: no column in the template may hold it. */
function labelRules({ dataset, prompt, evaluation }: ExperimentFile): RuleViolation[] {
  const columns = templateColumns(prompt) ?? [];
  const leaks = (at: KeyPath, given: DatasetKeys | EvaluationTransferKeys): RuleViolation[] => {
    if (given.name !== undefined) return [];
    const { text, label } = { ...DEFAULTS.dataset, ...given };
    const leak = columns.find((one) => (one === "text" ? text : one) === label);
    if (leak === undefined) return [];
    const key = given.text === label ? "text" : "label";
    const isOwn = leak === "text" || at.length > 1;
    return [{
      path: !isOwn ? ["prompt", "template"] : given[key] === undefined ? at : [...at, key],
      message:
        `'{${leak}}' in the template stands for the column '${label}', which holds the class that the model predicts: use another column, or set '${
          [...at, "label"].join(".")
        }' to the one that holds the class`,
    }];
  };
  const { transfer = [] } = evaluation ?? {};
  return [
    ...leaks(["dataset"], dataset),
    ...transfer.flatMap((one, i) => leaks(["evaluation", "transfer", i], one)),
  ];
}

/** The columns in the template; `undefined` where the template itself is invalid, which is reported elsewhere. */
export function templateColumns(prompt: ExperimentFile["prompt"]): string[] | undefined {
  try {
    return columnsOf(parseTemplate(templateText(prompt.template), promptLength(prompt)));
  } catch (error) {
    if (error instanceof TemplateError) return undefined;
    throw error;
  }
}
