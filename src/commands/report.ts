import { dirname, join, relative, resolve } from "@std/path";
import { allDone } from "../base/all_done.ts";
import { InputError, sharedMessage, terminalMessage } from "../base/errors.ts";
import { groupBySeed, type RunGroup, type SeededRun } from "../diff/run_groups.ts";
import type { Side } from "../diff/side.ts";
import { beginsAs } from "../disk/begins_as.ts";
import { keptPlace } from "../disk/kept_place.ts";
import { onDisk } from "../disk/on_disk.ts";
import { writeWhole } from "../disk/write_whole.ts";
import { labReport, type LabRun } from "../report/lab_report.ts";
import type { TextLabRun } from "../report/text_lab_report.ts";
import { KeptPredictions } from "../results/kept_predictions.ts";
import { readShown } from "../results/read_shown.ts";
import { readShownTexts } from "../results/read_shown_texts.ts";
import { isTextRun } from "../results/read_text_run.ts";
import { partialRuns, runFolders } from "../results/run_folders.ts";
import type { Io } from "../terminal/io.ts";

/** The flags of `report`. */
export interface ReportFlags {
  /** The HTML file to write. */
  readonly out: string;
}

/** The significance level of the comparison. */
const ALPHA = 0.05;

/**
 * `softprompt report`: writes one page of several runs, in which the others are compared with the first.
 *
 * @param folders of runs, or folders that hold them, such as those of a sweep and of all results: these stand for all complete runs in
 *   them
 * @throws {InputError} where there is no complete run in one of them, a run is named twice or damaged, there is no folder for the
 *   page, or another file is in its place
 */
export async function report(folders: readonly string[], { out }: ReportFlags, io: Io): Promise<void> {
  const sources = folders.map((folder) => folder.replace(/(?<=.)[/\\]+$/, ""));
  const names = (await allDone(sources.map(runsIn))).flat();
  const twice = names.find((name, i) => names.slice(0, i).some((other) => resolve(other) === resolve(name)));
  if (twice !== undefined) throw new InputError(`${twice} is named twice: name each run once`);
  await checkPlace(out);
  const title = sources.join(" · ");
  const [first] = names;
  const page = first !== undefined && await isTextRun(first)
    ? await textPage(title, names, io)
    : await classPage(title, names, out, io);
  const unfinished = (await allDone(sources.map(partialRuns))).flat();
  for (const path of unfinished) io.log(`left out, as it is not complete: ${path}`);
  await onDisk(out, () => written(out, page), "--out");
  io.print(`${out}: open it in a browser`);
}

/** The page of runs of classes with probabilities. @throws {InputError} where the answers of one are generated */
async function classPage(title: string, names: readonly string[], out: string, io: Io): Promise<string> {
  const kept = new KeptPredictions();
  const runs: LabRun[] = [];
  for (const name of names) runs.push(await labRun(name, out, kept));
  const compared = await comparison(runs, async () => (await import("../diff/diff.ts")).diffOf, io);
  return await labReport(title, runs, compared);
}

/** The page of runs whose answers are generated. @throws {InputError} where those of one are classes with probabilities */
async function textPage(title: string, names: readonly string[], io: Io): Promise<string> {
  const kept = new KeptPredictions();
  const runs: TextLabRun[] = [];
  for (const name of names) runs.push({ name, ...await readShownTexts(name, kept) });
  const diff = await comparison(runs, async () => (await import("../diff/text_diff.ts")).textDiffsOf, io);
  for (const note of diff && "notes" in diff ? diff.notes : []) io.log(note);
  const { textLabReport } = await import("../report/text_lab_report.ts");
  return await textLabReport(title, runs, diff);
}

/** The runs at or in a folder; the folder itself where there is none, which its reader refuses. */
async function runsIn(folder: string): Promise<string[]> {
  const found = await runFolders(folder);
  return found.length > 0 ? found : [folder];
}

/** A run with the links of its page from where that is written. */
async function labRun(name: string, out: string, kept: KeptPredictions): Promise<LabRun> {
  const { ensemble, ...run } = await readShown(name, kept);
  if (ensemble === undefined) return { name, ...run };
  const fromPage = (member: string) =>
    relative(dirname(resolve(out)), resolve(join(keptPlace(name), member))).replaceAll("\\", "/");
  const members = ensemble.members.map((member) => ({ ...member, run: fromPage(member.run) }));
  return { name, ...run, ensemble: { ...ensemble, members } };
}

/**
 * The first run, with those that differ from it only in the seed, compared with all others, or why they cannot be compared, which is
 * logged; `undefined` where there are no others.
 *
 * @param comparing loads what compares: its tests take longer to load than a page without a comparison takes
 */
async function comparison<Run extends SeededRun & { readonly name: string }, Compared>(
  runs: readonly Run[],
  comparing: () => Promise<(a: Side<Run>, b: Side<Run>, alpha: number) => Compared>,
  io: Io,
): Promise<Compared | { readonly reason: string } | undefined> {
  const [first, ...others] = groupBySeed(new Map(runs.map((run) => [run.name, run])));
  if (first === undefined || others.length === 0) return undefined;
  const side = (groups: readonly RunGroup<Run>[]): Side<Run> => ({
    source: groups.map(({ name }) => name).join(", "),
    groups,
  });
  const compare = await comparing();
  try {
    return compare(side([first]), side(others), ALPHA);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    io.log(`the page has no comparison: ${terminalMessage(error)}`);
    return { reason: sharedMessage(error) };
  }
}

/** The beginning of the pages that are written. */
const PAGE = "<!doctype html>";

/** Refuses to write over a folder, over a file that is no page, and over the page of a run. */
async function checkPlace(out: string): Promise<void> {
  const info = await Deno.stat(out).catch(() => undefined);
  if (info?.isDirectory || /[/\\]$/.test(out)) {
    throw new InputError(`${out} is a folder: name a file in it with --out`);
  }
  if (info === undefined) return;
  const isOfRun = await Deno.stat(join(dirname(out), "metrics.json")).then(() => true, () => false);
  if (!isOfRun && info.isFile && await beginsAs(out, PAGE)) return;
  throw new InputError(
    `${out} is ${isOfRun ? "a file of a run" : "another file than a page"}: choose another with --out`,
  );
}

async function written(out: string, page: string): Promise<void> {
  try {
    await writeWhole(out, page);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new InputError(`there is no folder ${dirname(out)}: make it, or choose another file with --out`);
  }
}
