import { extname, isGlob, join } from "@std/path";
import { glob } from "node:fs/promises";
import { allDone } from "../base/all_done.ts";
import { InputError } from "../base/errors.ts";
import { experimentFileAt } from "../experiment/read_experiment_file.ts";
import { BEGUN_FILE } from "../results/begun_run.ts";

/** Whether a file's extension is that of YAML, in either case. */
function isYaml(file: string): boolean {
  return [".yaml", ".yml"].includes(extname(file).toLowerCase());
}

/**
 * The experiment files that arguments name: files, folders (all YAML files in them), and patterns such as
 * `experiments/*.yaml`. Each file once, in the order of the arguments, those of one argument sorted by name.
 *
 * @throws {InputError} where an argument names nothing
 */
export async function findExperimentFiles(args: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const arg of args) {
    const info = await Deno.stat(arg).catch(() => undefined);
    const files = info?.isDirectory
      ? await yamlFilesIn(arg)
      : info === undefined && isGlob(arg)
      ? (await Array.fromAsync(glob(arg))).filter(isYaml).sort()
      : [arg];
    if (files.length === 0) {
      throw new InputError(
        `'${arg}' names no experiment file: name one (.yaml or .yml), or a folder that holds some`,
      );
    }
    for (const file of files) found.push(await experimentFileAt(file));
  }
  return [...new Set(found)];
}

/** The `experiment.yaml` in a run's folder is a result, so a results folder within a folder of experiments adds no experiments. */
async function yamlFilesIn(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  if (entries.some(({ name }) => name === "metrics.json" || name === BEGUN_FILE)) return [];
  const inside = await allDone(
    entries.sort((a, b) => a.name < b.name ? -1 : 1).map(({ name, isDirectory }) => {
      const path: string = join(folder, name);
      return isDirectory ? yamlFilesIn(path) : isYaml(name) ? [path] : [];
    }),
  );
  return inside.flat();
}
