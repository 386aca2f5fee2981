import type { Device, Tensor } from "../device/device.ts";
import type { Classifier } from "../evaluation/predict.ts";
import type { PromptInterpretation } from "../prompt/interpretation.ts";
import type { RunFolder } from "../results/run_folder.ts";
import type { Parameters } from "../training/early_stopping.ts";
import type { Tuned } from "../training/trainer.ts";
import { ensembleClassifier, hardClassifier, untunedPrompt } from "./classifiers.ts";
import type { EncodedDataset } from "./encode_dataset.ts";
import type { Prepared } from "./prepare.ts";
import type { RunGraphs } from "./run_graphs.ts";
import type { RunOptions } from "./context.ts";
import type { Sessions } from "./sessions.ts";
import { tuneModel } from "./tune_model.ts";
import { tunePrompt } from "./tune_prompt.ts";

/** What a run answers with, tuned where it is to be. */
export interface BuiltClassifier {
  readonly classifier: Classifier;
  /** Absent where nothing is tuned. */
  readonly tuned?: Tuned;
  /** Of one soft prompt. */
  readonly soft?: { readonly prompt: Tensor; readonly meaning: PromptInterpretation };
  /** The weights of a tuned model. */
  readonly weights?: Parameters;
}

/** What a run is made of. */
export interface Parts {
  readonly prepared: Prepared;
  readonly compiled: RunGraphs;
  readonly encoded: EncodedDataset;
  readonly device: Device;
  readonly sessions: Sessions;
  readonly folder: RunFolder;
}

/** Makes ready, and tunes, what an experiment classifies with: a prompt, several, words alone, or the model. */
export async function buildClassifier(
  { prepared, compiled: graphs, encoded, device, sessions, folder }: Parts,
  { title, progress, signal, slot }: RunOptions,
): Promise<BuiltClassifier> {
  const { experiment, members } = prepared, { prompt: compiled } = graphs;
  if (experiment.tune === "all" && graphs.model) {
    const opened = await sessions.modelTuning(graphs.model);
    const { parameters, ...rest } = await tuneModel(
      { ...prepared, experiment },
      graphs.model,
      encoded,
      opened,
      folder,
      title,
      progress,
      signal,
    );
    return { ...rest, weights: parameters };
  }
  if (compiled === undefined || experiment.prompt.kind === "hard") {
    return { classifier: hardClassifier(prepared, await sessions.hard()) };
  }
  if (experiment.ensemble && members) {
    const session = await sessions.answer(compiled, "bank");
    return { classifier: ensembleClassifier({ ...prepared, experiment }, members, session) };
  }
  if (experiment.tune !== "prompt") {
    const session = await sessions.answer(compiled, "one");
    const { classifier, ...soft } = await untunedPrompt(
      prepared,
      experiment.prompt,
      compiled,
      device,
      session,
      title,
      progress,
    );
    return { classifier, soft };
  }
  const opened = await sessions.tuning(compiled, slot);
  const { classifier, tuned, ...soft } = await tunePrompt(
    { ...prepared, experiment },
    compiled,
    encoded,
    device,
    opened,
    folder,
    title,
    progress,
    signal,
    () => sessions.endTuning(slot),
  );
  return { classifier, tuned, soft };
}

/** How many numbers were trained. */
export function trainedNumbers({ tuned, soft, weights }: BuiltClassifier): number {
  const tunedTensors = weights ? Object.values(weights) : tuned && soft ? [soft.prompt] : [];
  return tunedTensors.reduce((sum, { data }) => sum + data.length, 0);
}
