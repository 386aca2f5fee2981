import { join } from "@std/path";
import { sha256OfJson } from "../base/sha256.ts";
import { writtenValue } from "../experiment/written_value.ts";
import { DamagedRun } from "./damaged_run.ts";
import type { Environment } from "./run_files.ts";

/** The way out where a run's file is not the one that the run wrote. */
export const PUT_BACK = "put back what the run wrote, or run its experiment again";

/** The files that runs write into their folders, in this and in earlier versions; `predictions.<name>.jsonl` of transfer data, too. */
const RUN_FILES: ReadonlySet<string> = new Set([
  "chat.json",
  "content_hash",
  "ensemble.json",
  "environment.json",
  "examples.jsonl",
  "experiment.yaml",
  "history.jsonl",
  "metrics.json",
  "model.safetensors",
  "neighbours.json",
  "prompt.safetensors",
  "report.html",
  "samples.jsonl",
  "samples.md",
]);

/** Whether a file of a run's folder is one that runs write, and not one that its user put there. */
export function isRunFile(name: string): boolean {
  return RUN_FILES.has(name) || name.startsWith("predictions.") && name.endsWith(".jsonl");
}

/**
 * The names of the files in a run's folder that the run wrote: those that this version knows, and those that its `environment.json` lists.
 *
 * @param folder of a complete run
 */
export async function filesOfRun(folder: string, { files = {} }: Environment): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.flatMap(({ name, isDirectory }) =>
    !isDirectory && (isRunFile(name) || Object.hasOwn(files, name)) ? [name] : []
  ).sort();
}

/** The SHA-256 of an `experiment.yaml` without its name and description. @param text of the file */
export function experimentSha256(text: string): string {
  return askedSha256(writtenValue(text));
}

/** The same of the file's content, as `writtenValue` reads it. */
export function askedSha256(content: unknown): string {
  const { name: _, description: __, ...asked }: Record<string, unknown> = Object(content);
  return sha256OfJson(asked);
}

/**
 * Refuses a file of a run that has changed since, or of which `environment.json` has no hash: every run of the present
 * semantics writes one.
 *
 * @param folder the run's folder
 * @param now the file's hash
 * @throws {DamagedRun} naming the file and both hashes, or the key that is missing
 */
export function checkOwnFile(
  folder: string,
  name: string,
  now: string,
  environment: Environment,
): void {
  const then = environment.files?.[name];
  if (then === undefined) {
    throw new DamagedRun(
      `${join(folder, "environment.json")} has no 'files.${name}', the sha256 of the run's ${name}`,
      PUT_BACK,
    );
  }
  if (then !== now) throw changed(folder, name, now, then);
}

/** Refuses a file of a run that has changed since, if `environment.json` has a hash of it: earlier programs wrote few. */
export function checkListedFile(
  folder: string,
  name: string,
  now: string,
  environment: Environment | undefined,
): void {
  const then = environment?.files?.[name];
  if (then !== undefined && then !== now) throw changed(folder, name, now, then);
}

function changed(folder: string, name: string, now: string, then: string): DamagedRun {
  return new DamagedRun(
    `${join(folder, name)} was changed since the run (its sha256 is ${now.slice(0, 12)}…, was ${
      then.slice(0, 12)
    }…)`,
    PUT_BACK,
  );
}
