import { relative } from "@std/path";
import { thrownMessage } from "../base/errors.ts";
import { Mlflow } from "../trackers/mlflow.ts";
import { mlflowServer } from "../trackers/mlflow_server.ts";
import { readReported } from "../trackers/read_reported.ts";
import { TensorBoard } from "../trackers/tensorboard.ts";
import { type Tracker, TrackerError } from "../trackers/tracker.ts";
import type { ReportTo } from "./flag_values.ts";

/** Reports the complete runs of a command to the trackers that it names. A tracker that fails fails no run. */
export class RunReports {
  private readonly trackers: Set<Tracker>;

  /**
   * @param results the folder of all results
   * @param log takes warnings
   * @throws {InputError} where a tracker's server is not named, or must not be asked
   */
  constructor(
    reportTo: readonly ReportTo[],
    private readonly results: string,
    private readonly log: (line: string) => void,
    signal?: AbortSignal,
  ) {
    this.trackers = new Set(reportTo.map((one) => trackerOf(one, signal)));
  }

  /** Reports a complete run, unless it has been reported. @param path its folder */
  async report(path: string): Promise<void> {
    const title = relative(this.results, path);
    for (const tracker of [...this.trackers]) {
      try {
        await tracker.report(await readReported(path, title));
      } catch (error) {
        const isUnreachable = error instanceof TrackerError && error.isUnreachable;
        if (isUnreachable) this.trackers.delete(tracker);
        this.log(
          `warning: ${title} was not reported to ${tracker.name}: ${
            thrownMessage(error)
          }; its results are in ${path}, and the same command reports them later${
            isUnreachable ? "; nothing more is reported there now" : ""
          }`,
        );
      }
    }
  }
}

function trackerOf(one: ReportTo, signal: AbortSignal | undefined): Tracker {
  if (one.tracker === "tensorboard") return new TensorBoard(one.folder);
  return new Mlflow(mlflowServer((name) => Deno.env.get(name)), signal);
}
