import type { RuleViolation } from "./rule_violation.ts";
import type { KeyPath } from "./key_path.ts";
import type { DatasetKeys, EvaluationTransferKeys, ExperimentFile } from "./experiment_file.ts";
import { endingOf, KNOWN_ENDINGS, type TableKind, tableKind } from "./table_kind.ts";

/** The kinds of file that each key applies to. */
const GOES_WITH = {
  delimiter: ["csv"],
  quotes: ["csv", "tsv"],
  columns: ["csv", "tsv"],
  encoding: ["csv", "tsv", "jsonl", "json", "txt"],
} as const satisfies Readonly<Partial<Record<keyof DatasetKeys, readonly TableKind[]>>>;

/** The rules of data files, by their extensions; a file without one is recognized by its first bytes. */
export function fileRules({ dataset, evaluation, answer }: ExperimentFile): RuleViolation[] {
  const { transfer = [] } = evaluation ?? {};
  const rules = (path: KeyPath, spec: DatasetKeys | EvaluationTransferKeys) => [
    ...rulesOf(path, spec),
    ...(answer?.target === undefined ? [] : columnlessFiles(path, spec)),
  ];
  return [
    ...rules(["dataset"], dataset),
    ...transfer.flatMap((one, i) => rules(["evaluation", "transfer", i], one)),
  ];
}

/** A line of a .txt file is a label and a text: it has no column that a target could name. */
function columnlessFiles(path: KeyPath, spec: DatasetKeys | EvaluationTransferKeys): RuleViolation[] {
  return filesOf(spec).filter(([, name]) => tableKind(name) === "txt").map(([key]) => ({
    path: [...path, ...key],
    message:
      "a .txt file has no columns that 'answer.target' could name: save it as .csv, .tsv, .jsonl or .parquet",
  }));
}

function rulesOf(path: KeyPath, spec: DatasetKeys | EvaluationTransferKeys): RuleViolation[] {
  const files = filesOf(spec);
  const violations: RuleViolation[] = files.flatMap(([key, name]) => {
    if (endingOf(name) === undefined || tableKind(name) !== undefined) return [];
    const at = [...path, ...key];
    return [{
      path: at,
      message: `'${
        at.join(".")
      }' has an unknown extension, got "${name}": save it as one of ${KNOWN_ENDINGS}`,
    }];
  });
  if (violations.length > 0 || files.length === 0) return violations;
  for (const [key, kinds] of Object.entries(GOES_WITH)) {
    const isOf = ([, name]: Named) => (kinds as readonly (TableKind | undefined)[]).includes(tableKind(name));
    if (Object.hasOwn(spec, key) && !files.some((one) => endingOf(one[1]) === undefined || isOf(one))) {
      const message = `'${[...path, key].join(".")}' applies only to ${
        kinds.map((kind) => `.${kind}`).join(", ")
      } files: leave it out`;
      violations.push({ path: [...path, key], message });
    }
  }
  return violations;
}

/** A file, and the keys that name it. */
type Named = readonly [key: KeyPath, name: string];

function filesOf({ file, source, split }: DatasetKeys | EvaluationTransferKeys): Named[] {
  if (file !== undefined) return [[["file"], file]];
  if (source !== undefined || typeof split !== "object" || !("train" in split)) return [];
  const { train, validation, test } = split;
  return Object.entries({ train, validation, test }).flatMap(([part, name]): Named[] =>
    name === undefined ? [] : [[["split", part], String(name)]]
  );
}
