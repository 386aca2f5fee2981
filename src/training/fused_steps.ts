import type { DeviceTensor, Feeds, ResidentSession, Tensor } from "../device/device.ts";
import { BankTensor } from "./bank_tensor.ts";
import { bankFeeds } from "./bank_feeds.ts";
import { Interrupted } from "./trainer.ts";

/** A step that one run asks for. */
interface Asked {
  readonly feeds: Feeds;
  readonly bank: ResidentSession;
  readonly resolve: (outputs: Record<string, DeviceTensor>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Takes the steps of several runs side by side: each run asks for its step as if it were alone, and when all have asked, the
 * compiled bank takes the steps at once. Prompts and states stay on the device, one tensor for all runs, as long as the same
 * runs go on together.
 */
export class FusedSteps {
  /** Those that take further steps. */
  private readonly remaining: Set<LockstepSlot>;
  private readonly asked = new Map<LockstepSlot, Asked>();
  /** One for each run, in their order. */
  readonly slots: readonly LockstepSlot[];

  /**
   * @param runs how many take part; each leaves when it has taken its last step, or has none to take
   * @param signal interrupts: a step that is asked for is not taken then, so that all go on from the same one
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

  /** A run takes no further steps. */
  leave(slot: LockstepSlot): void {
    this.remaining.delete(slot);
    this.begin();
  }

  /** Takes the steps that were asked for, when nobody is waited for. */
  private begin(): void {
    if (this.asked.size === 0 || this.asked.size < this.remaining.size) return;
    const round = this.slots.flatMap((slot) => this.asked.get(slot) ?? []);
    this.asked.clear();
    if (this.signal?.aborted) {
      for (const { reject } of round) reject(new Interrupted("interrupted between two steps"));
      return;
    }
    // The number of the step is one for the whole bank: a run that goes on from a checkpoint is steps ahead.
    for (const together of grouped(round, ({ feeds }) => Number((feeds.step as Tensor).data[0]))) {
      void take(together);
    }
  }
}

/** A run's place among those that take their steps together. */
export class LockstepSlot {
  constructor(private readonly steps: FusedSteps) {}

  /** The bank as the session of one prompt's step. */
  session(bank: ResidentSession): ResidentSession {
    return {
      inputNames: bank.inputNames,
      run: (feeds) => this.steps.step(this, bank, feeds),
      release: () => bank.release(),
    };
  }

  leave(): void {
    this.steps.leave(this);
  }
}

async function take(round: readonly Asked[]): Promise<void> {
  try {
    const feeds = await bankFeeds(round.map(({ feeds }) => feeds));
    const outputs = await round[0]!.bank.run(feeds);
    const { class_logits, ...each } = outputs;
    class_logits?.free();
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
