import { basename, join, resolve, SEPARATOR } from "@std/path";
import { allDone } from "../base/all_done.ts";
import { readInTurns } from "../disk/read_in_turns.ts";
import { DamagedRun } from "../results/damaged_run.ts";
import { type FoundRun, partialRun, placedRun } from "../results/found_run.ts";
import { headlineOf } from "../results/headline.ts";
import { partialRuns, runFolders } from "../results/run_folders.ts";
import { metricValue } from "../results/summary.ts";
import { type BaselineMarks, BaselineReader } from "./baseline_marks.ts";
import { loggedSteps } from "./logged_steps.ts";
import { NOTE_FILE, readNote } from "./note_file.ts";
import type { RunRow, ViewIndex } from "./view_data.ts";

/** What a row has of its run's folder. */
interface ReadRun {
  readonly found: FoundRun;
  readonly note: string;
  readonly step?: number;
  readonly troubles: readonly string[];
}

/** Finds all runs in a folder, again and again: of complete ones only those are read whose folders have changed. */
export class RunIndex {
  private readonly complete = new Map<string, ReadRun & { readonly stamp: string }>();
  private readonly baselines: BaselineReader;

  /** @param folder of results @param baselines the folder of baselines */
  constructor(private readonly folder: string, baselines: string) {
    this.baselines = new BaselineReader(baselines);
  }

  /** The runs as they are now, those that are not complete after the others; their keys are their places. */
  async read(): Promise<ViewIndex> {
    const marks = await this.baselines.marks();
    const paths = await runFolders(this.folder);
    const found = new Set(paths);
    for (const known of this.complete.keys()) if (!found.has(known)) this.complete.delete(known);
    const runs = [
      ...await readInTurns(paths, (path) => this.completeRun(path)),
      ...await readInTurns(await partialRuns(this.folder), (path) => this.begunRun(path)),
    ];
    return {
      folder: this.folder,
      rows: runs.map((run) => this.row(run, marks)),
      troubles: [...marks.troubles, ...runs.flatMap(({ troubles }) => troubles)],
    };
  }

  private async completeRun(path: string): Promise<ReadRun> {
    const files = ["metrics.json", NOTE_FILE].map((name) => join(path, name));
    const times = await allDone([path, ...files].map(changedAt));
    const stamp = times.join(" ");
    const known = this.complete.get(path);
    if (known?.stamp === stamp) return known;
    const run = { stamp, found: await placedRun(path, this.folder), ...await noteOf(path) };
    this.complete.set(path, run);
    return run;
  }

  private async begunRun(path: string): Promise<ReadRun> {
    const found = await partialRun(path, this.folder);
    const step = await loggedSteps(path).then((lines) => lines.at(-1)?.step, () => undefined);
    return { found, ...await noteOf(path), ...(step !== undefined && { step }) };
  }

  private row({ found, note, step }: ReadRun, { names }: BaselineMarks): RunRow {
    const { name, folder, state, time, metrics, environment, problem } = found;
    const seed = environment?.seed ?? seedIn(name);
    return {
      key: folder,
      name: name === "" ? basename(resolve(this.folder)) : withSlashes(name),
      folder: withSlashes(folder),
      state,
      time: time?.toISOString() ?? null,
      seed: seed ?? null,
      ...(metrics && { headline: headlineOf(metrics) }),
      loss: metrics === undefined ? null : metricValue(metrics.test, "loss") ?? null,
      seconds: metrics?.seconds ?? null,
      model: environment?.model.source ?? "",
      dataset: environment?.dataset.name ?? "",
      device: environment?.device.kind ?? "",
      ...(step !== undefined && { step }),
      ...(problem !== undefined && { problem }),
      note,
      baselines: names.get(resolve(folder)) ?? [],
    };
  }
}

async function noteOf(
  path: string,
): Promise<{ readonly note: string; readonly troubles: readonly string[] }> {
  try {
    return { note: await readNote(path), troubles: [] };
  } catch (error) {
    if (!(error instanceof DamagedRun)) throw error;
    return { note: "", troubles: [error.reason.text] };
  }
}

/** A path with slashes between its parts, as the page has it; where they are no backslashes, a part's name may have some. */
function withSlashes(path: string): string {
  return path.replaceAll(SEPARATOR, "/");
}

/** The seed in a variant's name: all that tells it of a run that is not complete. */
function seedIn(name: string): number | undefined {
  const [, seed] = /(?:^|[/,])seed=(\d+)(?=[/,]|$)/.exec(name) ?? [];
  return seed === undefined ? undefined : Number(seed);
}

async function changedAt(path: string): Promise<number> {
  return (await Deno.stat(path).catch(() => undefined))?.mtime?.getTime() ?? 0;
}
