import { ExperimentDocument, placesIn } from "./document.ts";
import type { KeyPath } from "./key_path.ts";
import { ConfigValueError, ExperimentError } from "../base/errors.ts";
import type { ExperimentFile } from "./experiment_file.ts";
import { overridden, type Override } from "./override.ts";
import { PathTree } from "./path_tree.ts";
import { resolve } from "./resolve.ts";
import { ruleViolations } from "./rules.ts";
import { inOrder, type KeyProblem, schemaProblems } from "./schema_problems.ts";
import type { Multipliers } from "./multipliers.ts";
import { isExperimentFile } from "./schema_check.ts";
import type { Experiment } from "./types.ts";

/**
 * Reads an experiment file that asks for one run: YAML, checked against the schema and against the rules that involve several
 * keys, with every default written out.
 *
 * @param file its path, for messages
 * @param overrides keys set to other values
 * @throws {ExperimentError} with all problems in it, each with its line and column
 */
export function parseExperiment(text: string, file: string, overrides: readonly Override[] = []): Experiment {
  const { given, problems } = checkedFile(new ExperimentDocument(text, file), overrides);
  if (given === undefined) throw new ExperimentError(file, problems);
  return resolve(given);
}

/** A valid file, or all problems in it, from top to bottom. */
export type CheckedFile =
  | { readonly given: ExperimentFile; readonly problems: readonly [] }
  | { readonly given?: never; readonly problems: readonly KeyProblem[] };

/**
 * Checks a file with some keys set to other values.
 *
 * @param content what is checked; left out: all of the file
 * @param multipliers keys that are checked already and not in `content`, on which rules of other keys depend
 */
export function checkedFile(
  document: ExperimentDocument,
  overrides: readonly Override[],
  content: unknown = document.content,
  multipliers?: Multipliers,
): CheckedFile {
  const place = placesIn(document, overrides);
  const inWords = rewording(overrides);
  let asked: unknown;
  try {
    asked = overridden(content, overrides);
  } catch (error) {
    if (!(error instanceof ConfigValueError)) throw error;
    return { problems: error.wrong.map(({ path, message }) => ({ path, ...place(path, true), message })) };
  }
  if (!isExperimentFile(asked)) {
    const problems = schemaProblems(isExperimentFile.errors, asked, place)
      .map((problem) => ({ ...problem, message: inWords(problem.message, problem.path) }));
    return { problems };
  }
  const given = { ...asked, ...multipliers };
  const problems = ruleViolations(given)
    .map(({ path, message }) => ({ path, ...place(path), message: inWords(message, path) }));
  return problems.length === 0 ? { given, problems: [] } : { problems: inOrder(problems) };
}

/** Makes a message of a key say where its value is from the command line. */
function rewording(overrides: readonly Override[]): (message: string, path: KeyPath) => string {
  const unplaced = overrides.filter(({ place }) => place === undefined);
  const tree = new PathTree(unplaced.map(({ path }) => path));
  return (message, path) => {
    const by = unplaced[tree.around(path) ?? -1];
    return by === undefined ? message : `${message} (set by --set ${by.path.join(".")})`;
  };
}
