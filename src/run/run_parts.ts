import type { Device } from "../device/device.ts";
import type { ClassExperiment } from "../experiment/class_experiment.ts";
import type { Answering } from "./answering.ts";
import type { RunGraphs } from "./compile_run.ts";
import type { EncodedDataset, EncodedExample } from "./encode_dataset.ts";
import type { PreparedRun } from "./prepare.ts";
import type { RunSessions } from "./run_sessions.ts";

/** What a run works with after everything that its experiment names is read, compiled and encoded. */
export interface RunParts<One extends EncodedExample, Kind extends ClassExperiment = ClassExperiment> {
  readonly prepared: PreparedRun<Kind>;
  readonly answering: Answering<One>;
  readonly graphs: RunGraphs;
  readonly encoded: EncodedDataset<One>;
  readonly device: Device;
  readonly sessions: RunSessions;
}
