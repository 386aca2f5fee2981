/**
 * The first step: which experiment files the pull request changes, and the baselines that the base has for them.
 *
 * @module
 */
import { extname, join } from "@std/path";
import { InputError, thrownMessage } from "../src/base/errors.ts";
import { ExperimentDocument } from "../src/experiment/document.ts";
import { valueAt } from "../src/experiment/key_path.ts";
import { baselineFile, canNameBaseline } from "../src/results/baseline_place.ts";
import { endStep, type Environment, handedOn, pullRequest, variable } from "./environment.ts";
import { GitHub } from "./github.ts";

/** The largest number of a pull request's files that GitHub names (https://docs.github.com/en/rest/pulls/pulls#list-pull-requests-files). */
const MOST_FILES = 3000;

/** A changed experiment file. */
export interface ChangedExperiment {
  /** Its path in the repository. */
  readonly file: string;
  /** The name of the base's baseline that it is compared with, and the file that it was put into; absent where the base has none. */
  readonly baseline?: { readonly name: string; readonly file: string };
  /** Why it is not run, if it is not. */
  readonly refused?: string;
}

/** The file by which this step hands on what it found. */
export function changedFile(environment: Environment): string {
  return join(handedOn(environment), "changed.json");
}

/** Finds the changed experiments. @returns the exit code */
export async function findChanged(environment: Environment): Promise<number> {
  const github = new GitHub(environment);
  const { number, base } = await pullRequest(environment);
  const experiments = folder(variable(environment, "SOFTPROMPT_EXPERIMENTS"));
  const changed = await github.list(`pulls/${number}/files`);
  if (changed.length >= MOST_FILES) {
    throw new InputError(
      `the pull request changes ${MOST_FILES} files or more, of which GitHub names no others: split it, or its experiments could be overlooked`,
    );
  }
  const files = changed.flatMap(({ filename, status }) =>
    typeof filename === "string" && status !== "removed" && isExperiment(filename, experiments)
      ? [filename]
      : []
  );
  await Deno.mkdir(join(handedOn(environment), "baselines"), { recursive: true });
  const found: ChangedExperiment[] = [];
  for (const file of files.sort()) found.push(await experimentOf(file, github, base, environment));
  await Deno.writeTextFile(changedFile(environment), JSON.stringify(found));
  return 0;
}

async function experimentOf(
  file: string,
  github: GitHub,
  base: string,
  environment: Environment,
): Promise<ChangedExperiment> {
  try {
    const own = await nameIn(file, environment);
    const names = [...canNameBaseline(own) ? [own] : [], variable(environment, "SOFTPROMPT_BASELINE")];
    for (const name of names) {
      const place = baselineFile(folder(variable(environment, "SOFTPROMPT_BASELINES")), name);
      const content = await github.file(place, base);
      if (content === undefined) continue;
      const into = baselineFile(join(handedOn(environment), "baselines"), name);
      await Deno.writeFile(into, content);
      return { file, baseline: { name, file: into } };
    }
    return { file };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { file, refused: thrownMessage(error) };
  }
}

/** The name of an experiment in its file; empty where it has none. @throws {InputError} where the file is a link, or no experiment */
async function nameIn(file: string, environment: Environment): Promise<string> {
  const path = join(variable(environment, "GITHUB_WORKSPACE"), file);
  const info = await Deno.lstat(path).catch(() => undefined);
  if (!info?.isFile) {
    throw new InputError(`${file} is no regular file in the checkout: check the pull request out`);
  }
  const name = valueAt(new ExperimentDocument(await Deno.readTextFile(path), file).content, ["name"]);
  return typeof name === "string" ? name : "";
}

function isExperiment(file: string, experiments: string): boolean {
  const isThere = experiments === "" || file.startsWith(`${experiments}/`) || file === experiments;
  return isThere && [".yaml", ".yml"].includes(extname(file).toLowerCase());
}

/** A folder of the repository as GitHub names it: from the root, without a slash at its end. */
function folder(given: string): string {
  return given.replace(/^(\.?\/)+|\/+$/g, "").replace(/^\.$/, "");
}

if (import.meta.main) await endStep(findChanged);
