import { join } from "@std/path";
import { thrownMessage } from "../base/errors.ts";
import { onDisk } from "../disk/on_disk.ts";
import { removeAll, writeWhole } from "../disk/write_whole.ts";
import { scalarsEvent, textEvent, versionEvent } from "./tensorboard_events.ts";
import { tfRecords } from "./tf_record.ts";
import { historyScalars, type ReportedRun, type Tracker, TrackerError } from "./tracker.ts";

/** The folder of a run's events in its own. */
const FOLDER = "tensorboard";

/** The files that this program writes: TensorBoard reads all whose name has `tfevents` in it. */
const OWN = /^events\.out\.tfevents\.\d+\.softprompt$/;

/** Writes files that TensorBoard reads, one for each run. */
export class TensorBoard implements Tracker {
  readonly name = "TensorBoard";

  /** @param folder the folder of all events; by default each run's own has them */
  constructor(private readonly folder: string | undefined) {}

  async report(run: ReportedRun): Promise<void> {
    const { folder } = this;
    const into: string = folder === undefined ? join(run.folder, FOLDER) : join(folder, run.title);
    const name = `events.out.tfevents.${Math.floor(secondsOf(run))}.softprompt`;
    try {
      await onDisk(into, async () => {
        await Deno.mkdir(into, { recursive: true });
        await writeWhole(join(into, name), eventsFile(run));
        for await (const other of Deno.readDir(into)) {
          if (OWN.test(other.name) && other.name !== name) await removeAll(join(into, other.name));
        }
      }, "--report-to");
    } catch (error) {
      throw new TrackerError(thrownMessage(error), false, { cause: error });
    }
  }
}

/** A run's events: its experiment, its history and its results. All have the time at which it ended. */
export function eventsFile(run: ReportedRun): Uint8Array<ArrayBuffer> {
  const seconds = secondsOf(run);
  return tfRecords([
    versionEvent(seconds),
    textEvent(seconds, "experiment", run.yaml.trimEnd().replaceAll(/^/gm, "    ")),
    ...run.history.map((line) => scalarsEvent(seconds, line.step, historyScalars(line))),
    scalarsEvent(seconds, run.step, run.results),
  ]);
}

function secondsOf({ ended }: ReportedRun): number {
  return ended.getTime() / 1000;
}
