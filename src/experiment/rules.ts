import type { KeyPath } from "./key_path.ts";
import {
  type DatasetKeys,
  DEFAULTS,
  type EvaluationTransferKeys,
  type ExperimentFile,
  type ModelKeys,
} from "./experiment_file.ts";
import { fileRules } from "./file_rules.ts";
import { nearest } from "./messages.ts";
import { inOtherForm } from "./normalization.ts";
import { answerRules } from "./answer_rules.ts";
import { columnRules, templateColumns } from "./column_rules.ts";
import type { RuleViolation } from "./rule_violation.ts";
import { transferName } from "./resolve_parts.ts";
import { isNamedSplit, resolveSplit } from "./resolve_split.ts";
import { promptRules } from "./prompt_rules.ts";
import { foldedName } from "../base/file_name.ts";
import { bringsValidation, tuningRules } from "./tuning_rules.ts";

/** The rules that involve several keys, which a schema cannot express. */
export function ruleViolations(given: ExperimentFile): RuleViolation[] {
  return [
    ...modelRules(given.model),
    ...datasetRules(given.dataset),
    ...fileRules(given),
    ...answerRules(given),
    ...promptRules(given.prompt),
    ...tuningRules(given),
    ...verbalizerRules(given.verbalizer),
    ...columnRules(given),
    ...validationRules(given),
    ...sampleRules(given),
    ...transferRules(given),
    ...calibrationRules(given),
  ];
}

function modelRules({ file, dtype }: ModelKeys): RuleViolation[] {
  if (file === undefined || dtype === undefined) return [];
  return [{ path: ["model", "dtype"], message: "'model' takes a 'file' or a 'dtype', not both" }];
}

/** The keys that name the source of examples; a dataset has one of them. */
const SOURCES = ["name", "file", "source"] as const;

/** What examples come from: one of these keys, or a `split` by files. */
type SourceKind = typeof SOURCES[number] | "files";

/** Keys that go with only some of these sources. */
const GOES_WITH: Readonly<Partial<Record<keyof DatasetKeys, readonly SourceKind[]>>> = {
  path: ["name"],
  revision: ["source"],
  config: ["source"],
  text: ["file", "source", "files"],
  label: ["file", "source", "files"],
  labels: ["file", "source", "files"],
  id: ["file", "source", "files"],
  delimiter: ["file", "files"],
  quotes: ["file", "files"],
  columns: ["file", "files"],
  encoding: ["file", "files"],
  missing: ["file", "source", "files"],
  others: ["file", "source", "files"],
};

function kindOf(source: string): string {
  return source === "files" ? "a 'split' by files" : `a '${source}'`;
}

/** The keys of a dataset, or of data to transfer to, that do not go with its source. */
function misplacedKeys(
  given: DatasetKeys | EvaluationTransferKeys,
  from: SourceKind,
  path: KeyPath,
): RuleViolation[] {
  return Object.entries(GOES_WITH).flatMap(([key, owners]) => {
    if (!Object.hasOwn(given, key) || owners.includes(from)) return [];
    // Data to transfer to have no files that are split already.
    const kinds = owners.filter((owner) => path[0] === "dataset" || owner !== "files").map(kindOf);
    const expected = [kinds.slice(0, -1).join(", "), kinds.at(-1)].filter(Boolean).join(" or ");
    const message = `'${[...path, key].join(".")}' goes with ${expected}, not with ${kindOf(from)}`;
    return [{ path: [...path, key], message }];
  });
}

function datasetRules(dataset: DatasetKeys): RuleViolation[] {
  const violations: RuleViolation[] = [];
  const { name, split } = dataset;
  const violation = (key: string, message: string) => violations.push({ path: ["dataset", key], message });
  const given = SOURCES.filter((key) => dataset[key] !== undefined);
  const files = typeof split === "object" && "train" in split;
  if (given.length > 1) {
    violation(given[1]!, `'dataset' takes a ${given.map((key) => `'${key}'`).join(" or a ")}, not both`);
    return violations;
  }
  const from = given[0] ?? (files ? "files" : undefined);
  if (from === undefined) {
    const message = "'dataset' needs a 'name', a 'file', a 'source' on the hub, or a 'split' by files";
    return [{ path: ["dataset"], message }];
  }
  violations.push(...misplacedKeys(dataset, from, ["dataset"]));
  if (split === "textcnn" && from !== "source" && name !== "rt-polarity") {
    violation(
      "split",
      "the split 'textcnn' is only for rt-polarity: give shares, for example { test: 0.1, validation: 0.1 }",
    );
  }
  if (files && (from === "file" || name === "rt-polarity")) {
    violation(
      "split",
      "a split by files names its own: leave out 'file' or 'name', or give shares: { test: 0.1, validation: 0.1 }",
    );
  }
  if (files && !isNamedSplit(split)) {
    violation("split", "a split with 'train' takes names for 'test' and 'validation', too, and not shares");
  }
  if (!files && typeof split === "object") {
    const shares = [split.test, "validation" in split ? split.validation : 0];
    if (shares.some((share) => typeof share === "string")) {
      violation("split", "a split by shares takes numbers, one by files needs 'train'");
    }
    const sum = shares.reduce<number>((sum, share) => sum + (typeof share === "number" ? share : 0), 0);
    if (sum > 1 + Number.EPSILON) {
      violation(
        "split",
        `the shares of the test set and the validation set add up to ${
          Number(sum.toFixed(6))
        }, more than 1: lower one of them`,
      );
    }
    if ("of" in split && from !== "source") {
      violation("split", "'of' names a split of a 'source' on the hub: leave it out");
    }
  }
  return violations;
}

function verbalizerRules(verbalizer: ExperimentFile["verbalizer"] = {}): RuleViolation[] {
  const owners = new Map<string, string>();
  return Object.entries(verbalizer).flatMap(([name, words]) =>
    words.flatMap((word, i) => {
      const owner = owners.get(word);
      owners.set(word, name);
      return owner === undefined ? [] : [{
        path: ["verbalizer", name, i],
        message: `'${word}' already stands for '${owner}': a word can stand for one class only`,
      }];
    })
  );
}

function sampleRules(given: ExperimentFile): RuleViolation[] {
  const { verbalizer = {} } = given;
  const classes = Object.keys(verbalizer);
  const columns = columnRules(given).length > 0 ? undefined : templateColumns(given.prompt);
  return (given.evaluation?.samples ?? []).flatMap((sample, i) => {
    const path = ["evaluation", "samples", i];
    const { label, ...texts } = sample;
    const wrong: RuleViolation[] = [];
    if (given.verbalizer !== undefined && label !== undefined && !classes.includes(label)) {
      const message = `'${label}' is not a class of the verbalizer (${classes.join(", ")})${
        inOtherForm(label, classes)
      }`;
      wrong.push({ path: [...path, "label"], message });
    }
    for (const name of columns?.filter((one) => !Object.hasOwn(texts, one)) ?? []) {
      wrong.push({ path, message: `the sample lacks '${name}', which is in the template` });
    }
    for (const name of Object.keys(texts)) {
      if (columns === undefined || columns.includes(name)) continue;
      const meant = nearest(name, [...columns!, "label"]);
      const message = `unknown key '${name}'${meant} (the template has ${columns.join(", ")})`;
      wrong.push({ path: [...path, name], message });
    }
    return wrong;
  });
}

function calibrationRules({ evaluation, ensemble, dataset }: ExperimentFile): RuleViolation[] {
  const { calibrate = [], contentFree } = evaluation ?? {};
  const violation = (key: string, message: string) => [{ path: ["evaluation", key], message }];
  if (contentFree !== undefined && !calibrate.includes("contextual")) {
    return violation("contentFree", "'contentFree' goes with 'calibrate: [contextual]'");
  }
  if (!calibrate.includes("temperature")) return [];
  if (ensemble !== undefined) {
    return violation(
      "calibrate",
      "an ensemble has no validation set to fit a temperature to: the seeds' sets differ",
    );
  }
  return bringsValidation(dataset) ? [] : violation(
    "calibrate",
    "a temperature is fitted to a validation set: set 'dataset.validation' above 0",
  );
}

function transferRules({ evaluation }: ExperimentFile): RuleViolation[] {
  const named = new Set<string>();
  return (evaluation?.transfer ?? []).flatMap((one, i) => {
    const path = ["evaluation", "transfer", i];
    const from = SOURCES.filter((key) => one[key] !== undefined);
    const name = one.as ?? transferName(one);
    const isTaken = named.has(foldedName(name));
    named.add(foldedName(name));
    const [source] = from;
    if (source === undefined || from.length > 1) {
      return [{
        path,
        message: "transfer data need exactly one of 'name', 'file' and 'source' (on the hub)",
      }];
    }
    const misplaced = misplacedKeys(one, source, path);
    if (misplaced.length > 0) return misplaced;
    if (one.split !== undefined && one.source === undefined) {
      return [{ path: [...path, "split"], message: "'split' goes with a 'source' on the hub" }];
    }
    const message = `two transfer datasets are called '${name}': distinguish them by 'as'`;
    return isTaken ? [{ path, message }] : [];
  });
}

/**
 * A split with its own validation set excludes a validation share of the training examples, except 0; a run's own
 * `experiment.yaml`, which names its semantics, writes the share's default out.
 */
function validationRules({ dataset, semantics }: ExperimentFile): RuleViolation[] {
  const { validation = 0 } = dataset;
  const split = resolveSplit(dataset);
  const isDefault = semantics !== undefined && validation === DEFAULTS.dataset.validation;
  if (validation === 0 || isDefault || typeof split !== "object" || !split.validation) return [];
  const [own, way] = dataset.split === undefined || typeof dataset.split === "string"
    ? [
      "the default split of the dataset",
      "write a 'split' of 'test' alone, or leave 'dataset.validation' out",
    ]
    : ["'dataset.split'", "leave out one of them"];
  return [{
    path: ["dataset", "validation"],
    message:
      `${own} has its own validation set (${split.validation}), so no share of the training examples can be held out for one: ${way}`,
  }];
}
