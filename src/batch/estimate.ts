import { join } from "@std/path";
import { promptLength } from "../experiment/prompt_vectors.ts";
import { readsPadding } from "../prompt/padding.ts";
import { estimateSeconds, type Throughput } from "../results/earlier_runs.ts";
import { readFinished } from "../results/read_run.ts";
import { partialPath } from "../results/run_folder.ts";
import { totalSteps } from "../training/trainer.ts";
import { withPlaces } from "../experiment/read_experiment_file.ts";
import type { PlannedRun } from "./plan.ts";
import { prepare, type Prepared } from "../run/prepare.ts";
import { stepKey } from "../run/compile_experiment.ts";
import type { ResourceCache } from "../run/resource_cache.ts";

/** What is known of a run before it begins. */
export interface EstimatedRun {
  readonly prepared: Prepared;
  /** 0 for a hard prompt. */
  readonly steps: number;
  /** Runs of the same key share their sessions. */
  readonly shareKey: string;
  /**
   * Runs of the same key can take their steps together: they share the compiled step, the prompt's length and the verbalizer,
   * and their model does not read the padding between one run's texts and another's.
   */
  readonly fuseKey: string | undefined;
  /** What it will cost, in tokens that go through the model, forward and backward counted apart; 0: nothing is left to do. */
  readonly work: number;
  /** How much of its cost is tuning; the rest is classifying. */
  readonly tuningShare: number;
  /** Whether its results are there, or a part of them. */
  readonly state: "new" | "complete" | "interrupted";
  /** By earlier runs; `undefined` where there are none like it. */
  readonly seconds: number | undefined;
}

/** A text's tokens with its template, roughly: runs are compared by it, not timed. */
const TEXT_TOKENS = 32;

/** A backward pass to the prompt costs about as much as the forward pass, as no weight has a gradient. */
const PASSES_A_STEP = 2;

/**
 * Reads what a run needs and sees how far it is.
 *
 * @param force whether results that are there will be made again
 * @param earlier how fast earlier runs went
 * @throws {InputError} where something that it names is missing or unfit, or its results are damaged
 */
export async function estimate(
  run: PlannedRun,
  resources: ResourceCache,
  force: boolean,
  earlier: readonly Throughput[] = [],
): Promise<EstimatedRun> {
  const prepared = await withPlaces(run, () => prepare(run, resources));
  const { experiment, dataset, model } = prepared;
  const { training, prompt } = experiment;
  const steps = training ? totalSteps(training, dataset.train.length) : 0;
  const classified = dataset.test.length + dataset.validation.length;
  const trained = steps * (training?.batchSize ?? 0);
  const length = promptLength(prompt);
  const finished = force ? undefined : await readFinished(run.path);
  const isComplete = finished !== undefined && finished.contentHash === prepared.contentHash;
  const tuning = PASSES_A_STEP * trained;
  const whole = tuning + 2 * classified;
  const modelSha256 = model.sha256;
  const examples = trained || classified;
  const shareKey = [experiment.device, stepKey(prepared)].join("|");
  return {
    prepared,
    steps,
    shareKey,
    fuseKey: !isComplete && isFusable(prepared)
      ? JSON.stringify([shareKey, length, prepared.verbalizer.tokens])
      : undefined,
    work: isComplete ? 0 : whole * (length + TEXT_TOKENS),
    tuningShare: tuning / whole,
    state: isComplete
      ? "complete"
      : await hasCheckpoint(run.path, prepared.contentHash)
      ? "interrupted"
      : "new",
    seconds: isComplete
      ? 0
      : estimateSeconds({ modelSha256, device: experiment.device, length, examples }, earlier),
  };
}

/** Whether other runs' batches may be computed with this one's: where no text's answer depends on what is beside it. */
function isFusable({ experiment: { tune }, model: { card, facts } }: Prepared): boolean {
  return tune === "prompt" && !facts.quantizesActivations && !readsPadding(card, facts.inputs);
}

async function hasCheckpoint(path: string, contentHash: string): Promise<boolean> {
  const partial = partialPath(path);
  const of = await Deno.readTextFile(join(partial, "content_hash")).catch(() => undefined);
  return of === contentHash &&
    await Deno.stat(join(partial, "checkpoint.safetensors")).then(() => true, () => false);
}
