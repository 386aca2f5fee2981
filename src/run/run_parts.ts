import type { Device } from "../device/device.ts";
import type { Experiment } from "../experiment/types.ts";
import type { FormTask } from "./form_task.ts";
import type { RunGraphs } from "./compile_run.ts";
import type { EncodedDataset, EncodedExample } from "./encode_dataset.ts";
import type { PreparedBase } from "./complete_prepared.ts";
import type { RunSessions } from "./run_sessions.ts";

/** What a run works with after everything that its experiment names is read, compiled and encoded. */
export interface RunParts<
  One extends EncodedExample,
  Made,
  Kind extends Experiment = Experiment,
> {
  readonly prepared: PreparedBase<Kind>;
  readonly formTask: FormTask<One, Made>;
  readonly graphs: RunGraphs;
  readonly encoded: EncodedDataset<One>;
  readonly device: Device;
  readonly sessions: RunSessions;
}
