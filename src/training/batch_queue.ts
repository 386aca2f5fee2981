import { RandomStream } from "../base/random_stream.ts";
import type { TunedBy } from "../experiment/types.ts";
import type { Feeds } from "../device/device.ts";
import { type BatchLengths, batchLengths } from "../prompt/batch_lengths.ts";
import { batchParts, epochBatches } from "../prompt/batches.ts";
import { type TrainingExamples, trainingFeeds } from "../prompt/training_feeds.ts";

/** What batches are made from. */
export interface QueuedTask {
  readonly examples: TrainingExamples;
  /** Fills the places after shorter examples; `undefined` where the model would read them. */
  readonly padId: number | undefined;
  readonly spec: Pick<TunedBy, "batchSize" | "accumulate">;
  readonly seed: number;
  /** Batches are padded to a multiple of this number of tokens; by default, to their longest example. */
  readonly lengthStep?: number;
  /** The class weights of the loss, where they differ. */
  readonly classWeights?: readonly number[];
}

/** The batches of all steps, each encoded as inputs once. */
export class BatchQueue {
  private readonly lengths: readonly number[];
  private readonly padded: BatchLengths;
  private order: readonly (readonly number[])[] = [];
  private orderedEpoch = -1;
  private ready: { step: number; parts: readonly Feeds[] } | undefined;

  /** @param perEpoch the number of batches per epoch */
  constructor(private readonly task: QueuedTask, private readonly perEpoch: number) {
    this.lengths = task.examples.map(({ ids }) => ids.length);
    this.padded = batchLengths(task.examples, task.lengthStep ?? 1);
  }

  /** The parts of the batch after the given number of steps. */
  at(step: number): readonly Feeds[] {
    if (this.ready?.step !== step) this.ready = { step, parts: this.make(step) };
    return this.ready.parts;
  }

  private make(step: number): readonly Feeds[] {
    const { examples, spec, seed, padId, classWeights } = this.task;
    const epoch = Math.floor(step / this.perEpoch);
    if (epoch !== this.orderedEpoch) {
      this.order = epochBatches(this.lengths, spec.batchSize, new RandomStream(seed, `order/${epoch}`));
      this.orderedEpoch = epoch;
    }
    const batch = this.order[step % this.perEpoch]!.map((i) => examples[i]!);
    return batchParts(batch, Math.ceil(batch.length / spec.accumulate), padId)
      .map((part) => trainingFeeds(part, padId, classWeights, this.padded));
  }
}
