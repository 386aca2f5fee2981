import { RandomStream } from "../base/random_stream.ts";
import type { TrainingSpec } from "../experiment/types.ts";
import {
  type BatchFeeds,
  batchFeeds,
  batchParts,
  epochBatches,
  type LabelledEncoding,
} from "../prompt/batches.ts";

/** What batches are made of. */
export interface QueuedTask {
  readonly examples: readonly LabelledEncoding[];
  /** Fills the places after shorter examples; `undefined` where the model would read them. */
  readonly padId: number | undefined;
  readonly spec: Pick<TrainingSpec, "batchSize" | "accumulate">;
  readonly seed: number;
  /** What an example of each class weighs in the loss, where they differ. */
  readonly classWeights?: readonly number[];
}

/** The batches of all steps, made as inputs once each. */
export class BatchQueue {
  private readonly lengths: readonly number[];
  private order: readonly (readonly number[])[] = [];
  private orderedEpoch = -1;
  private ready: { step: number; parts: readonly BatchFeeds[] } | undefined;

  /** @param perEpoch how many batches an epoch has */
  constructor(private readonly task: QueuedTask, private readonly perEpoch: number) {
    this.lengths = task.examples.map(({ ids }) => ids.length);
  }

  /** the parts that the batch after so many steps is taken in. */
  at(step: number): readonly BatchFeeds[] {
    if (this.ready?.step !== step) this.ready = { step, parts: this.make(step) };
    return this.ready.parts;
  }

  private make(step: number): readonly BatchFeeds[] {
    const { examples, spec, seed, padId, classWeights } = this.task;
    const epoch = Math.floor(step / this.perEpoch);
    if (epoch !== this.orderedEpoch) {
      this.order = epochBatches(this.lengths, spec.batchSize, new RandomStream(seed, `order/${epoch}`));
      this.orderedEpoch = epoch;
    }
    const batch = this.order[step % this.perEpoch]!.map((i) => examples[i]!);
    return batchParts(batch, Math.ceil(batch.length / spec.accumulate), padId)
      .map((part) => batchFeeds(part, padId, classWeights));
  }
}
