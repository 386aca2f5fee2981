import type { Compiled } from "../compiler/mod.ts";
import type { Device, Session, Tensor } from "../device/device.ts";
import type { Classifier } from "../evaluation/predict.ts";
import type { SoftTextPrompt } from "../experiment/text_types.ts";
import type { EnsembleSpec, SoftPrompt as SoftSpec } from "../experiment/types.ts";
import { answerBatches } from "../prompt/padding.ts";
import type { PromptInterpretation } from "../prompt/interpretation.ts";
import type { RunContext } from "./context.ts";
import type { PreparedBase } from "./complete_prepared.ts";
import type { EnsemblePrompts } from "./read_ensemble_prompts.ts";
import { interpretationAfter, startPrompt } from "./start_prompt.ts";

/** A soft prompt of a classifier. */
export interface SoftPrompt {
  readonly classifier: Classifier;
  readonly prompt: Tensor;
  readonly meaning: PromptInterpretation;
}

/** What batches depend on of a device. */
type BatchingDevice = Pick<Device, "lengthStep">;

/** The classifier of a hard prompt. @param session of the graph without a prompt */
export function hardClassifier(
  prepared: PreparedBase,
  device: BatchingDevice,
  session: Session,
): Classifier {
  return { session, inputs: {}, ...common(prepared, device, session), tuned: false };
}

/** The classifier of an initialized, untuned soft prompt. @param session of the compiled `predict` graph */
export async function untunedPrompt(
  prepared: PreparedBase,
  soft: SoftSpec | SoftTextPrompt,
  compiled: Compiled,
  device: Device,
  session: Session,
  context: RunContext,
): Promise<SoftPrompt> {
  const start = await startPrompt(prepared, soft, compiled, device, context);
  const { prompt } = start;
  const classifier: Classifier = {
    session,
    inputs: { prompt },
    ...common(prepared, device, session),
    tuned: false,
  };
  return {
    classifier,
    prompt,
    meaning: await interpretationAfter(prepared, compiled, device, prompt, start, context),
  };
}

/** The classifier of an ensemble. @param session of the bank's compiled `predict` graph */
export function ensembleClassifier(
  prepared: PreparedBase,
  { vote }: EnsembleSpec,
  { prompts }: EnsemblePrompts,
  device: BatchingDevice,
  session: Session,
): Classifier {
  return { session, inputs: { prompt: prompts }, vote, ...common(prepared, device, session), tuned: true };
}

function common(
  { experiment: { evaluation, precision }, model }: PreparedBase,
  device: BatchingDevice,
  session: Session,
): Pick<Classifier, "padId" | "batchSize" | "lengthStep" | "precision"> {
  return { ...answerBatches(model, session, evaluation, device), precision };
}
