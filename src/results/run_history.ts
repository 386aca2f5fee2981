import { basename, join } from "@std/path";
import { InputError } from "../base/errors.ts";
import { isAbsent } from "../disk/is_absent.ts";
import { historyFolder, isKeptName, keptName } from "../disk/kept_place.ts";
import { onDisk } from "../disk/on_disk.ts";
import { replaceFolder } from "../disk/replace_folder.ts";
import { removeAll, syncFolder } from "../disk/write_whole.ts";
import { checkWhole } from "./check_whole.ts";
import { DamagedRun } from "./damaged_run.ts";
import { type FinishedRun, isSameContent, readFinished, type RunContent } from "./read_run.ts";
import { staysInPlace } from "./run_folder.ts";

/** The most runs that the history of a path keeps, and the most bytes: whichever is reached first. */
const MOST_RUNS = 10;
const MOST_BYTES = 1e9;

/** The history of a run's path: the complete runs that others have replaced there, whole and as they were. */
export class RunHistory {
  private readonly folder: string;

  /**
   * @param results the folder of all results
   * @param path of the run, whose lock is held
   * @param log takes a line on what is moved or removed
   */
  constructor(results: string, private readonly path: string, private readonly log: (line: string) => void) {
    this.folder = historyFolder(results, path);
  }

  /**
   * Takes in a replaced run, if it was complete and is another than the one in its place; anything else is removed. Beyond ten
   * runs, or 1 GB, the oldest are removed. Of a link, the link alone: the run stays in the folder that it leads to.
   *
   * @param old the replaced run's folder, which is gone afterwards
   */
  retire = async (old: string): Promise<void> => {
    if (await isLink(old)) {
      this.log(`what was there was a link to ${await Deno.readLink(old)}, where its results are still`);
      return await removeAll(old);
    }
    const run = await this.worthKeeping(old);
    if (run === undefined) return await removeAll(old);
    const kept: string = join(this.folder, keptName(run.time, run.contentHash));
    await onDisk(kept, async () => {
      await Deno.mkdir(this.folder, { recursive: true });
      // One of the same time and content is a copy.
      await removeAll(kept);
      await Deno.rename(old, kept);
      await syncFolder(this.folder);
    });
    this.log(`the complete run that was there is now in ${kept}`);
    await onDisk(this.folder, () => this.prune(basename(kept)));
  };

  /**
   * Puts a kept run of some content back in its place; the run that is there is kept instead.
   *
   * @returns the run; `undefined` where none of this content is kept whole
   */
  async restore(content: RunContent): Promise<FinishedRun | undefined> {
    const found = await keptRun(this.folder, content);
    if (found === undefined) return undefined;
    const { kept, run } = found;
    await onDisk(kept, () => replaceFolder(this.path, kept, staysInPlace, this.retire));
    this.log(`its results were in ${kept}, and are back in ${this.path}: nothing is computed again`);
    return run;
  }

  /** A replaced run that differs from the one in its place; a damaged one is reported. */
  private async worthKeeping(old: string): Promise<FinishedRun | undefined> {
    try {
      const run = await readFinished(old);
      const now = await readFinished(this.path);
      if (run === undefined || now === undefined || isSameContent(run, now)) return undefined;
      return await wholeRun(old);
    } catch (error) {
      if (!(error instanceof DamagedRun)) throw error;
      const reason = error.reason.text.replaceAll(old, this.path);
      this.log(`warning: the run that was there was damaged (${reason}), and is not kept`);
      return undefined;
    }
  }

  /** Removes the oldest runs beyond what is kept. @param newest the run that came last, which stays */
  private async prune(newest: string): Promise<void> {
    const others = (await namesIn(this.folder)).filter((name) => name !== newest).reverse();
    let bytes = await sizeOf(join(this.folder, newest));
    for (const [i, name] of others.entries()) {
      const kept: string = join(this.folder, name);
      bytes += await sizeOf(kept);
      if (i + 1 < MOST_RUNS && bytes <= MOST_BYTES) continue;
      await removeAll(kept);
      this.log(`${kept} is removed: the last ${MOST_RUNS} runs are kept, or those of 1 GB`);
    }
  }
}

/** The newest whole run of some content in the history of a path. */
export async function keptRun(
  history: string,
  content: RunContent,
): Promise<{ readonly kept: string; readonly run: FinishedRun } | undefined> {
  for (const name of (await namesIn(history)).reverse()) {
    const kept: string = join(history, name);
    const run = await wholeRun(kept).catch(ignoreUnfit);
    if (run !== undefined && isSameContent(run, content)) return { kept, run };
  }
  return undefined;
}

/** The names of the runs in a history, the oldest first. */
async function namesIn(history: string): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(history));
    return entries.filter(({ isDirectory, name }) => isDirectory && isKeptName(name))
      .map(({ name }) => name).sort();
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/**
 * A complete run whose files are whole. Runs of earlier semantics have fewer hashes to compare with.
 *
 * @returns `undefined` where it is not complete
 * @throws {DamagedRun} where a file is damaged or missing
 */
export async function wholeRun(folder: string): Promise<FinishedRun | undefined> {
  const run = await readFinished(folder);
  if (run === undefined) return undefined;
  await checkWhole(folder).catch((error) => {
    if (error instanceof DamagedRun || !(error instanceof InputError)) throw error;
  });
  return run;
}

function ignoreUnfit(error: unknown): undefined {
  if (!(error instanceof InputError)) throw error;
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await Deno.lstat(path)).isSymlink;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

/** The bytes of the files of a folder. */
async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path: string = join(folder, name);
    bytes += isDirectory ? await sizeOf(path) : (await Deno.lstat(path)).size;
  }
  return bytes;
}
