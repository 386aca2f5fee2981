import { join } from "@std/path";
import { promptLength } from "../experiment/prompt_vectors.ts";
import { readsPadding } from "../prompt/padding.ts";
import { estimateSeconds, type Throughput } from "../results/earlier_runs.ts";
import { checkWhole } from "../results/check_whole.ts";
import { DamagedRun } from "../results/damaged_run.ts";
import { isSameContent, readFinished, type RunContent } from "../results/read_run.ts";
import { readBegun } from "../results/begun_run.ts";
import { keptRun } from "../results/run_history.ts";
import { historyFolder } from "../disk/kept_place.ts";
import { partialPath } from "../disk/replace_folder.ts";
import { totalSteps } from "../training/trainer.ts";
import { withPlaces } from "../experiment/read_experiment_file.ts";
import type { PlannedRun } from "./plan.ts";
import { type AnyPrepared, prepare } from "../run/prepare.ts";
import type { RunPolicy } from "../run/context.ts";
import { stepKey } from "../run/compile_experiment.ts";
import type { ResourceCache } from "../run/resource_cache.ts";

/** What is known about a run before it begins. */
export interface EstimatedRun {
  readonly prepared: AnyPrepared;
  /** 0 for a hard prompt. */
  readonly steps: number;
  /** Runs of the same key share their sessions. */
  readonly shareKey: string;
  /**
   * Runs of the same key can take their steps together: they share the compiled step, the prompt's length and the words of the verbalizer,
   * and their model does not read the padding between one run's texts and another's.
   */
  readonly fuseKey: string | undefined;
  /** Its cost, in tokens that go through the model, forward and backward passes counted separately; 0: nothing is left to do. */
  readonly work: number;
  /** The fraction of its cost that is tuning; the rest is classifying. */
  readonly tuningShare: number;
  /** Whether its results exist, or a part of them; those in the history are put back, and damaged ones are replaced. */
  readonly state: "new" | "complete" | "in the history" | "interrupted" | "damaged";
  /** What is damaged in its results. */
  readonly damage?: string;
  /** Estimated from earlier runs; `undefined` where no earlier run is similar. */
  readonly seconds: number | undefined;
}

/** How a run would be run, as far as it matters here. */
type Policy = Pick<RunPolicy, "results" | "force" | "history">;

/** A text's tokens with its template, roughly: it serves to compare runs, not to predict their time. */
const TEXT_TOKENS = 32;

/** A backward pass to the prompt costs about as much as the forward pass, as no weight has a gradient. */
const PASSES_A_STEP = 2;

/**
 * Reads what a run needs and how far it has got.
 *
 * @param policy how it would be run
 * @param earlier how fast earlier runs went
 * @throws {InputError} where something that it names is missing or unsuitable, or a newer version wrote its results
 */
export async function estimate(
  run: PlannedRun,
  resources: ResourceCache,
  policy: Policy,
  earlier: readonly Throughput[] = [],
): Promise<EstimatedRun> {
  const prepared = await withPlaces(run, () => prepare(run, resources));
  const { experiment, dataset, model } = prepared;
  const { training, prompt } = experiment;
  const steps = training ? totalSteps(training, dataset.train.length) : 0;
  const classified = dataset.test.length + dataset.validation.length;
  const trained = steps * (training?.batchSize ?? 0);
  const length = promptLength(prompt);
  const { isComplete, damage } = await earlierResults(run.path, prepared, policy.force);
  const isKept = !isComplete && !policy.force && policy.history &&
    await keptRun(historyFolder(policy.results, run.path), prepared) !== undefined;
  const isDone = isComplete || isKept;
  const tuning = PASSES_A_STEP * trained;
  const whole = tuning + 2 * classified;
  const modelSha256 = model.sha256;
  const examples = trained || classified;
  const shareKey = [experiment.device, stepKey(prepared)].join("|");
  return {
    prepared,
    steps,
    shareKey,
    fuseKey: !isDone && isFusable(prepared)
      ? JSON.stringify([shareKey, length, prepared.form === "word" ? prepared.verbalizer.tokens : "texts"])
      : undefined,
    work: isDone ? 0 : whole * (length + TEXT_TOKENS),
    tuningShare: tuning / whole,
    ...(damage !== undefined && { damage }),
    state: isComplete
      ? "complete"
      : isKept
      ? "in the history"
      : damage !== undefined
      ? "damaged"
      : await hasCheckpoint(run.path, prepared)
      ? "interrupted"
      : "new",
    seconds: isDone
      ? 0
      : estimateSeconds({ modelSha256, device: experiment.device, length, examples }, earlier),
  };
}

/** Whether other runs' batches may be computed with this one's: possible where no text's answer depends on the other texts of its batch. */
function isFusable({ experiment: { tune }, model: { card, facts } }: AnyPrepared): boolean {
  return tune === "prompt" && !facts.quantizesActivations && !readsPadding(card, facts.inputs);
}

/** Whether a run's results are complete, or why they are not what the run wrote. */
async function earlierResults(
  path: string,
  content: RunContent,
  force: boolean,
): Promise<{ readonly isComplete: boolean; readonly damage?: string }> {
  if (force) return { isComplete: false };
  try {
    const finished = await readFinished(path);
    const isComplete = finished !== undefined && isSameContent(finished, content);
    if (isComplete) await checkWhole(path);
    return { isComplete };
  } catch (error) {
    if (error instanceof DamagedRun) return { isComplete: false, damage: error.reason.text };
    throw error;
  }
}

async function hasCheckpoint(path: string, content: RunContent): Promise<boolean> {
  const partial = partialPath(path);
  const begun = await readBegun(partial);
  return begun !== undefined && isSameContent(begun, content) &&
    await Deno.stat(join(partial, "checkpoint.safetensors")).then(() => true, () => false);
}
