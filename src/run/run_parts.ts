import type { Device } from "../device/device.ts";
import type { WordExperiment } from "../experiment/types.ts";
import type { RunGraphs } from "./compile_run.ts";
import type { EncodedDataset } from "./encode_dataset.ts";
import type { Prepared } from "./prepare.ts";
import type { RunSessions } from "./run_sessions.ts";

/** What a run works with after everything that its experiment names is read, compiled and encoded. */
export interface RunParts<Kind extends WordExperiment = WordExperiment> {
  readonly prepared: Prepared<Kind>;
  readonly graphs: RunGraphs;
  readonly encoded: EncodedDataset;
  readonly device: Device;
  readonly sessions: RunSessions;
}
