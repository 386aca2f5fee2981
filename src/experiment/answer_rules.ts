import {
  type AnswerForm,
  answerForm,
  CLASSES,
  FORMS,
  GENERATED,
  metricsOf,
  TEXTS,
  validationMetrics,
} from "./answer_form.ts";
import { type KeyPath, valueAt } from "./key_path.ts";
import type { ExperimentFile } from "./experiment_file.ts";
import { parseTarget, TemplateError } from "./template.ts";
import type { RuleViolation } from "./rule_violation.ts";

/** Keys that go with only some forms of answers, where they have any value or the one that is named. */
const GOES_WITH: readonly {
  readonly path: KeyPath;
  readonly value?: unknown;
  readonly forms: readonly AnswerForm[];
  /** Why it does not go with others, where that does not follow from what it is. */
  readonly why?: string;
  /** What to do in their place, where leaving it out is not enough. */
  readonly way?: string;
}[] = [
  { path: ["answer", "target"], forms: ["free"] },
  { path: ["answer", "choose"], forms: ["likelihood", "generate"] },
  { path: ["answer", "normalize"], forms: ["likelihood"] },
  { path: ["multiTokenWords"], forms: ["word"] },
  { path: ["prompt", "template", "chat"], forms: TEXTS },
  { path: ["prompt", "examples"], forms: TEXTS },
  { path: ["prompt", "initialization", "from"], value: "labels", forms: CLASSES },
  {
    path: ["tune"],
    value: "all",
    forms: ["word"],
    why: "steps whose answers are texts have the model's weights as constants",
    way: "leave it out and tune a prompt ('prompt.kind: soft'), or ask for words ('answer.kind: word')",
  },
  { path: ["training", "classWeights"], forms: CLASSES },
  {
    path: ["ensemble"],
    forms: ["word", "likelihood"],
    why: "probabilities have a mean or a vote, generated texts have none",
  },
  { path: ["evaluation", "metrics"], forms: TEXTS },
  { path: ["evaluation", "generate"], forms: GENERATED },
  { path: ["evaluation", "validateOn"], forms: TEXTS },
  { path: ["evaluation", "calibrate"], forms: ["word", "likelihood"] },
  { path: ["evaluation", "contentFree"], forms: ["word", "likelihood"] },
];

/** The keys of a label column, and of the data that have one. */
const LABEL_KEYS = ["label", "labels", "others"];

/** The rules of what answers: which keys go with which form of answers, and the target. */
export function answerRules(given: ExperimentFile): RuleViolation[] {
  const form = answerForm(given);
  const misplaced = [...GOES_WITH, ...labelKeys(given)].flatMap(({ path, value, forms, why, way }) => {
    const found = valueAt(given, path);
    if (found === undefined || value !== undefined && found !== value || forms.includes(form)) return [];
    const key = `${path.join(".")}${value === undefined ? "" : `: ${value}`}`;
    const message = `'${key}' goes with ${listed(forms)}, and here the answers are ${FORMS[form]}${
      why === undefined ? "" : ` (${why})`
    }: ${way ?? wayOut(path)}`;
    return [{ path, message }];
  });
  return misplaced.length > 0
    ? misplaced
    : [...metricRules(given, form), ...targetRules(given), ...exampleRules(given)];
}

/** The prompts of an ensemble would each have been tuned after examples of its own. */
function exampleRules({ prompt: { examples = 0 }, ensemble }: ExperimentFile): RuleViolation[] {
  if (ensemble === undefined || examples === 0) return [];
  const message =
    "the prompts of an ensemble are tuned after other examples, as each seed draws its own: leave 'prompt.examples' or 'ensemble' out";
  return [{ path: ["prompt", "examples"], message }];
}

/** The keys that name classes, in the data and in samples. */
function labelKeys({ evaluation = {} }: ExperimentFile) {
  const { transfer = [], samples = [] } = evaluation;
  const data: KeyPath[] = [["dataset"], ...transfer.map((_, i) => ["evaluation", "transfer", i])];
  return [
    ...data.flatMap((path) => LABEL_KEYS.map((key) => [...path, key])),
    ...samples.map((_, i) => ["evaluation", "samples", i, "label"]),
  ].map((path) => ({ path, value: undefined, forms: CLASSES, why: undefined, way: undefined }));
}

function wayOut([first, second]: KeyPath): string {
  if (first === "answer" && second === "target") {
    return "set 'answer.kind: text' and leave the verbalizer out, or leave the target out";
  }
  return "leave it out, or change 'answer'";
}

function listed(forms: readonly AnswerForm[]): string {
  const all = forms.map((form) => FORMS[form]);
  return [all.slice(0, -1).join(", "), all.at(-1)].filter(Boolean).join(" and ");
}

/** Metrics that answers of this form do not have, and the best by one that validations do not have. */
function metricRules({ evaluation = {}, training = {} }: ExperimentFile, form: AnswerForm): RuleViolation[] {
  const { metrics = [], validateOn } = evaluation;
  const measured = metricsOf(form);
  const validated = validationMetrics(form, validateOn);
  const wrong = metrics.flatMap((metric, i) =>
    measured.includes(metric) ? [] : [{
      path: ["evaluation", "metrics", i],
      message: `${FORMS[form]} have no '${metric}': choose among ${
        measured.filter((one) => one !== "loss").join(", ")
      }`,
    }]
  );
  const chosen = [
    { path: ["training", "best"], metric: training.best },
    { path: ["training", "earlyStopping", "metric"], metric: training.earlyStopping?.metric },
  ].flatMap(({ path, metric }) => {
    if (metric === undefined || validated.includes(metric)) return [];
    const isMeasured = measured.includes(metric);
    const why = isMeasured
      ? `'evaluation.validateOn: loss' leaves '${metric}' out of validations`
      : `${FORMS[form]} have no '${metric}'`;
    const among = isMeasured
      ? `${validated.join(" or ")}, or set 'evaluation.validateOn: metrics'`
      : validated.join(", ");
    return [{ path, message: `${why}: choose ${isMeasured ? "" : "among "}${among}` }];
  });
  return [...wrong, ...chosen];
}

function targetRules({ answer = {}, dataset }: ExperimentFile): RuleViolation[] {
  if (answer.target === undefined) return [];
  const path = ["answer", "target"];
  if (dataset.name !== undefined) {
    const message =
      `the built-in datasets have classes and no other answers: use a dataset of your own, or a 'verbalizer' in place of 'answer.target'`;
    return [{ path, message }];
  }
  try {
    parseTarget(answer.target);
    return [];
  } catch (error) {
    if (error instanceof TemplateError) return [{ path, message: error.message }];
    throw error;
  }
}
