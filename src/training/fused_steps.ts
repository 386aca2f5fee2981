import type { DeviceTensor, Feeds, ResidentSession } from "../device/device.ts";
import { BankTensor } from "./bank_tensor.ts";
import { bankFeeds } from "./bank_feeds.ts";
import { CheckpointTimer } from "./checkpoint_timer.ts";
import { Interrupted } from "./training_error.ts";
import { onHost } from "../device/tensor_data.ts";

/** A step requested by one run. */
interface StepRequest {
  readonly feeds: Feeds;
  readonly bank: ResidentSession;
  readonly resolve: (outputs: Record<string, DeviceTensor>) => void;
  readonly reject: (error: unknown) => void;
}

/** The steps that one run could go on from. */
interface StartOffer {
  readonly steps: readonly number[];
  readonly resolve: (step: number) => void;
}

/**
 * Fuses the steps of several runs: each run requests its step as if it were alone, and when all have requested one, the
 * compiled bank takes them all at once. Prompts and states stay on the device, one tensor for all runs, as long as the same
 * runs continue.
 */
export class FusedSteps {
  /** The runs that take further steps. */
  private readonly remaining: Set<LockstepSlot>;
  private readonly asked = new Map<LockstepSlot, StepRequest>();
  /** The steps that each run could go on from. */
  private readonly offered = new Map<LockstepSlot, StartOffer>();
  /** One for each run, in their order. */
  readonly slots: readonly LockstepSlot[];
  /** Decides when all of them write checkpoints. */
  readonly timer: CheckpointTimer = new CheckpointTimer({ everyEpoch: true });

  /**
   * @param runs the number of runs; each leaves after its last step, or if it has none
   * @param signal interrupts: requested steps are then not taken, so that all runs stop after the same step
   */
  constructor(runs: number, private readonly signal?: AbortSignal) {
    this.slots = Array.from({ length: runs }, () => new LockstepSlot(this));
    this.remaining = new Set(this.slots);
  }

  /** A run's next step. */
  step(slot: LockstepSlot, bank: ResidentSession, feeds: Feeds): Promise<Record<string, DeviceTensor>> {
    return new Promise((resolve, reject) => {
      this.asked.set(slot, { feeds, bank, resolve, reject });
      this.begin();
    });
  }

  /** The newest step that all remaining runs can go on from, when all have offered theirs. */
  agree(slot: LockstepSlot, steps: readonly number[]): Promise<number> {
    return new Promise((resolve) => {
      this.offered.set(slot, { steps, resolve });
      this.settle();
    });
  }

  /** A run takes no further steps. */
  leave(slot: LockstepSlot): void {
    this.remaining.delete(slot);
    this.offered.delete(slot);
    this.settle();
    this.begin();
  }

  /** Decides where all remaining runs go on when all have offered steps. */
  private settle(): void {
    if (this.offered.size === 0 || this.offered.size < this.remaining.size) return;
    const offers = [...this.offered.values()];
    this.offered.clear();
    const common = offers[0]!.steps.filter((step) => offers.every(({ steps }) => steps.includes(step)));
    const newest = common.reduce((most, step) => Math.max(most, step), 0);
    for (const { resolve } of offers) resolve(newest);
  }

  /** Takes the requested steps when all remaining runs have requested one. */
  private begin(): void {
    if (this.asked.size === 0 || this.asked.size < this.remaining.size) return;
    const round = this.slots.flatMap((slot) => this.asked.get(slot) ?? []);
    this.asked.clear();
    if (this.signal?.aborted) {
      for (const { reject } of round) reject(new Interrupted("interrupted between two steps"));
      return;
    }
    // The bank has one step number for all: a run that resumes from a checkpoint is ahead of the others.
    for (const together of grouped(round, ({ feeds }) => Number(onHost(feeds.step).data[0]))) {
      void take(together);
    }
  }
}

/** A run's slot among those with fused steps. */
export class LockstepSlot {
  constructor(private readonly steps: FusedSteps) {}

  /** The bank as the session of one prompt's step. */
  session(bank: ResidentSession): ResidentSession {
    return {
      inputNames: bank.inputNames,
      get openingTime() {
        return bank.openingTime;
      },
      run: (feeds) => this.steps.step(this, bank, feeds),
      release: () => bank.release(),
    };
  }

  /** Decides when the runs write checkpoints. */
  get timer(): CheckpointTimer {
    return this.steps.timer;
  }

  /**
   * The newest step that all runs can go on from: their steps have the same bits only if they are taken together again.
   *
   * @param steps those that this run has checkpoints of
   * @returns 0: all start from the beginning
   */
  agree(steps: readonly number[]): Promise<number> {
    return this.steps.agree(this, steps);
  }

  leave(): void {
    this.steps.leave(this);
  }
}

async function take(round: readonly StepRequest[]): Promise<void> {
  try {
    const feeds = await bankFeeds(round.map(({ feeds }) => feeds));
    const outputs = await round[0]!.bank.run(feeds);
    const { class_logits, target_logprobs, ...each } = outputs;
    class_logits?.free();
    target_logprobs?.free();
    const shared = Object.entries(each).map(([name, tensor]) =>
      [name, new BankTensor(tensor, round.length)] as const
    );
    for (const [p, { resolve }] of round.entries()) {
      resolve(Object.fromEntries(shared.map(([name, tensor]) => [name, tensor.part(p)])));
    }
  } catch (error) {
    for (const { reject } of round) reject(error);
  }
}

function grouped<Item>(items: readonly Item[], by: (item: Item) => number): Item[][] {
  const keys = [...new Set(items.map(by))];
  return keys.map((key) => items.filter((item) => by(item) === key));
}
