import type { Tensor } from "../device/device.ts";
import type { PromptInterpretation } from "../prompt/interpretation.ts";
import type { Parameters } from "../training/early_stopping.ts";
import type { Tuned } from "../training/trainer.ts";
import { ensembleClassifier, hardClassifier, untunedPrompt } from "./classifiers.ts";
import type { RunContext } from "./context.ts";
import type { EncodedExample } from "./encode_dataset.ts";
import type { RunParts } from "./run_parts.ts";
import { tuneModel } from "./tune_model.ts";
import { tunePrompt } from "./tune_prompt.ts";

/** The classifier of a run, tuned if the experiment tunes. */
export interface BuiltClassifier<Made> {
  readonly answerer: Made;
  /** The result of tuning; absent where nothing is tuned. */
  readonly tuned?: Tuned;
  /** The prompt, of a run with one soft prompt. */
  readonly soft?: { readonly prompt: Tensor; readonly meaning: PromptInterpretation };
  /** The weights of a tuned model. */
  readonly weights?: Parameters;
}

/** Builds, and tunes, the classifier of an experiment: a soft prompt, an ensemble, a hard prompt, or the model. */
export async function buildClassifier<One extends EncodedExample, Made>(
  parts: RunParts<One, Made>,
  context: RunContext,
): Promise<BuiltClassifier<Made>> {
  const { prepared, formTask, graphs, device, sessions } = parts;
  const { experiment, ensemblePrompts } = prepared;
  if (experiment.tune === "all" && graphs.model) {
    const tuning = { ...parts, prepared: { ...prepared, experiment } };
    const { parameters, classifier, tuned } = await tuneModel(tuning, graphs.model, context);
    return { answerer: formTask.answerer(classifier), tuned, weights: parameters };
  }
  if (graphs.prompt === undefined || experiment.prompt.kind === "hard") {
    return { answerer: formTask.answerer(hardClassifier(prepared, device, await sessions.answer(graphs))) };
  }
  if (experiment.ensemble && ensemblePrompts) {
    const session = await sessions.answer(graphs);
    const classifier = ensembleClassifier(
      prepared,
      experiment.ensemble,
      ensemblePrompts,
      device,
      session,
    );
    return { answerer: formTask.answerer(classifier) };
  }
  if (experiment.tune !== "prompt") {
    const session = await sessions.answer(graphs);
    const { classifier, ...soft } = await untunedPrompt(
      prepared,
      experiment.prompt,
      graphs.prompt,
      device,
      session,
      context,
    );
    return { answerer: formTask.answerer(classifier), soft };
  }
  const tuning = { ...parts, prepared: { ...prepared, experiment } };
  const { classifier, tuned, ...soft } = await tunePrompt(tuning, graphs, context);
  return { answerer: formTask.answerer(classifier), tuned, soft };
}

/** The number of trained parameters. */
export function trainedNumbers(
  { tuned, soft, weights }: Omit<BuiltClassifier<unknown>, "answerer">,
): number {
  const tunedTensors = weights ? Object.values(weights) : tuned && soft ? [soft.prompt] : [];
  return tunedTensors.reduce((sum, { data }) => sum + data.length, 0);
}
