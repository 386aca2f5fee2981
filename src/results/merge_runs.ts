import { join, relative, resolve } from "@std/path";
import { foldedName } from "../base/file_name.ts";
import { InputError } from "../base/errors.ts";
import { joined, type Message, message } from "../base/message.ts";
import { isWithin } from "../disk/project.ts";
import { checkFree, type ResultAt } from "./copy_run.ts";
import { DamagedRun } from "./damaged_run.ts";
import { checkNotLinked } from "./linked_place.ts";
import { type FoundRun, partialRun, placedRun } from "./found_run.ts";
import { isSameContent } from "./read_run.ts";
import { linksWithin, partialRuns, runFolders } from "./run_folders.ts";
import { wholeRun } from "./run_history.ts";
import { type PlacedResult, placedResult, resultDifferences } from "./same_result.ts";

/** What a merge of results joins. */
export interface MergePlan {
  /** The complete runs of all sources; where several have the same place, and so the same result, the first. */
  readonly runs: readonly ResultAt[];
  /** The runs that are not complete, and stay where they are. */
  readonly leftOut: readonly FoundRun[];
}

/** The most problems that are listed. */
const MOST_LISTED = 50;

/**
 * Reads and checks all that a merge would join, before anything is written.
 *
 * @param sources folders of results, none of them in another
 * @param into the folder that they are merged into, which may have results already
 * @throws {InputError} with all that stands in the way: what is damaged, or a newer version's; links; two results of the same content that
 *   differ; two runs of the same place
 */
export async function planMerge(sources: readonly string[], into: string): Promise<MergePlan> {
  const problems: Message[] = [];
  const found: ResultAt[] = [];
  const leftOut: FoundRun[] = [];
  for (const source of sources) {
    const read = await readSource(source);
    for (const problem of read.problems) problems.push(problem);
    for (const run of read.complete) found.push(run);
    for (const run of read.leftOut) leftOut.push(run);
  }
  const known = new KnownResults(await resultsThere(into, problems));
  const runs = new Map<string, ResultAt>();
  for (const run of found) {
    const isFirst = !known.has(run);
    for (const problem of await known.add(run)) problems.push(problem);
    if (isFirst) await reported(problems, () => checkPlace(into, run.name));
    if (!runs.has(run.name)) runs.set(run.name, run);
  }
  refuse(problems);
  return { runs: [...runs.values()], leftOut };
}

/** @throws {InputError} where two results of the same content differ, naming both folders and what differs */
export async function checkSame(a: PlacedResult, b: PlacedResult): Promise<void> {
  const problem = await differenceOf(a, b);
  if (problem !== undefined) throw new InputError(problem);
}

/** The results that are known, by their places and by their content. */
class KnownResults {
  private readonly byPlace = new Map<string, ResultAt>();
  private readonly byContent = new Map<string, ResultAt>();

  constructor(inTarget: readonly ResultAt[]) {
    for (const one of inTarget) this.keep(one);
  }

  /** Whether a run is at the same place. */
  has({ name }: ResultAt): boolean {
    return this.byPlace.has(foldedName(name));
  }

  /** Adds a result. @returns how it conflicts with those that are known */
  async add(one: ResultAt): Promise<Message[]> {
    const atPlace = this.byPlace.get(foldedName(one.name));
    const ofContent = keysOf(one).flatMap((key) => this.byContent.get(key) ?? [])[0];
    this.keep(one);
    const [own, before] = [one.result, atPlace?.result];
    if (before !== undefined && (atPlace?.name !== one.name || !isSameContent(before.run, own.run))) {
      return [
        message`${before.folder} and ${own.folder} are runs of different experiments, and one place in the merged folder: move one of them away, or merge them into different folders`,
      ];
    }
    const same = new Set([before, ofContent?.result]);
    const problems: Message[] = [];
    for (const other of same) {
      const problem = other && await differenceOf(other, own);
      if (problem !== undefined) problems.push(problem);
    }
    return problems;
  }

  private keep(one: ResultAt): void {
    const place = foldedName(one.name);
    if (!this.byPlace.has(place)) this.byPlace.set(place, one);
    for (const key of keysOf(one)) if (!this.byContent.has(key)) this.byContent.set(key, one);
  }
}

/** What identifies a result's content: either hash alone does. */
function keysOf({ result: { run } }: ResultAt): string[] {
  return [run.contentHash, ...(run.pathlessHash === undefined ? [] : [`pathless ${run.pathlessHash}`])];
}

async function differenceOf(a: PlacedResult, b: PlacedResult): Promise<Message | undefined> {
  const differences = await resultDifferences(a, b);
  if (differences.length === 0) return undefined;
  const hash = b.run.contentHash.slice(0, 12);
  return message`${a.folder} and ${b.folder} are two results of one experiment (content hash ${hash}…) and differ in ${
    differences.join(", ")
  }: keep one of them, and move the other away`;
}

/** What is found in a source. */
interface Source {
  readonly complete: readonly ResultAt[];
  readonly leftOut: readonly FoundRun[];
  /** What stands in the way. */
  readonly problems: readonly Message[];
}

async function readSource(source: string): Promise<Source> {
  const problems = (await linksWithin(source)).map((link) =>
    message`${link} is a symbolic link, which is not followed: remove it, or name the folder that it leads to`
  );
  const complete: ResultAt[] = [];
  const leftOut: FoundRun[] = [];
  for (const folder of await runFolders(source)) {
    await reported(problems, async () => {
      const run = await wholeRun(folder);
      const name = relative(source, folder);
      if (run === undefined) leftOut.push(await placedRun(folder, source));
      else if (name !== "") complete.push({ name, results: source, result: { folder, run } });
      else throw new InputError(`${source} is a run's folder: name the folder of results that it is in`);
    });
  }
  for (const folder of await partialRuns(source)) {
    if (isWithin(resolve(folder), resolve(source))) leftOut.push(await partialRun(folder, source));
  }
  if (complete.length + leftOut.length + problems.length === 0) {
    problems.push(message`${source} holds no run: name another folder`);
  }
  return { complete, leftOut, problems };
}

/** The complete runs in the target; damaged ones matter only where something is to take their place. @param problems gets those of a newer version */
async function resultsThere(into: string, problems: Message[]): Promise<ResultAt[]> {
  const found: ResultAt[] = [];
  for (const folder of await runFolders(into)) {
    await reported(problems, async () => {
      const result = await placedResult(folder).catch((error) => {
        if (!(error instanceof DamagedRun)) throw error;
      });
      if (result !== undefined) found.push({ name: relative(into, folder), results: into, result });
    });
  }
  return found;
}

/** @throws {InputError} where a run cannot take its place: something else is there, or it is reached by a link */
async function checkPlace(into: string, name: string): Promise<void> {
  const place = join(into, name);
  await placedResult(place);
  await checkFree(place);
  await checkNotLinked(into, name);
}

/** Runs a check, and adds what it refuses to the problems. */
async function reported(problems: Message[], check: () => Promise<void>): Promise<void> {
  try {
    await check();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    problems.push(error.forms);
  }
}

/** @throws {InputError} where there are problems, with the first of them */
function refuse(problems: readonly Message[]): void {
  const left = problems.length - MOST_LISTED;
  const more = left > 0 ? [`and ${left} more`] : [];
  if (problems.length > 0) throw new InputError(joined([...problems.slice(0, MOST_LISTED), ...more], "\n"));
}
