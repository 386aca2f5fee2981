import type { Compiled } from "../compiler/mod.ts";
import type { Device, Session, Tensor } from "../device/device.ts";
import type { Classifier } from "../evaluation/predict.ts";
import type { EnsembleExperiment, SoftPrompt as SoftSpec } from "../experiment/types.ts";
import { answerBatches } from "../prompt/padding.ts";
import type { PromptInterpretation } from "../prompt/interpretation.ts";
import type { ProgressReporter } from "./progress.ts";
import type { Prepared } from "./prepare.ts";
import type { Members } from "./read_members.ts";
import { interpretationAfter, startPrompt } from "./start_prompt.ts";

/** A prompt that is classified with. */
export interface SoftPrompt {
  readonly classifier: Classifier;
  readonly prompt: Tensor;
  readonly meaning: PromptInterpretation;
}

/** A model with nothing but words around the text. @param session of the graph without a prompt */
export function hardClassifier(prepared: Prepared, session: Session): Classifier {
  return { session, inputs: {}, ...common(prepared, session), tuned: false };
}

/** A soft prompt as it starts, not tuned. @param session of the compiled prediction */
export async function untunedPrompt(
  prepared: Prepared,
  soft: SoftSpec,
  compiled: Compiled,
  device: Device,
  session: Session,
  title: string,
  progress: ProgressReporter,
): Promise<SoftPrompt> {
  const start = await startPrompt(prepared, soft, compiled, device), { prompt } = start;
  for (const warning of start.warnings) progress.log(`warning: ${title}: ${warning}`);
  const classifier: Classifier = { session, inputs: { prompt }, ...common(prepared, session), tuned: false };
  return {
    classifier,
    prompt,
    meaning: await interpretationAfter(prepared, compiled, device, prompt, start),
  };
}

/** Prompts that answer together. @param session of the bank's compiled prediction */
export function ensembleClassifier(
  prepared: Prepared<EnsembleExperiment>,
  { prompts }: Members,
  session: Session,
): Classifier {
  const { vote } = prepared.experiment.ensemble;
  return { session, inputs: { prompt: prompts }, vote, ...common(prepared, session), tuned: true };
}

function common(
  { experiment: { evaluation, precision }, model }: Prepared,
  session: Session,
): Pick<Classifier, "padId" | "batchSize" | "precision"> {
  return { ...answerBatches(model, session, evaluation), precision };
}
