import type { Device, Feeds } from "./device.ts";

/** Where a run's time went, in seconds. */
export interface Timing {
  /** From the choice of the device to the last result. */
  readonly wall: number;
  /** Compiling the model, or reading the compiled graphs from the cache. */
  readonly compiling: number;
  /** Comparing the compiled graphs with the model's own file; absent in runs of the first versions. */
  readonly checking?: number;
  /** Opening sessions: reading graphs and weights, planning. */
  readonly opening: number;
  /** Running graphs on the device. */
  readonly running: number;
}

/** What a `Session` and a `ResidentSession` have in common. */
interface Runs<Output> {
  readonly inputNames: readonly string[];
  run(feeds: Feeds, outputs?: readonly string[]): Promise<Record<string, Output>>;
  release(): Promise<void>;
  /** The time that runs have spent on recording themselves, in milliseconds. */
  readonly openingTime?: number | undefined;
}

/** Measures where a run's time goes, and the most memory that the process has at the ends of what is timed. */
export class Stopwatch {
  private readonly started = performance.now();
  private memory = 0;
  private readonly milliseconds = { compiling: 0, checking: 0, opening: 0, running: 0 };

  /** Adds the time that `work` takes. */
  async count<Result>(what: keyof Stopwatch["milliseconds"], work: () => Promise<Result>): Promise<Result> {
    const from = performance.now();
    try {
      return await work();
    } finally {
      this.milliseconds[what] += performance.now() - from;
      this.memory = Math.max(this.memory, Deno.memoryUsage().rss);
    }
  }

  /** Adds the time that `work` takes, which is a part of what is counted as another kind, and takes it from there. */
  async countApart<Result>(
    what: keyof Stopwatch["milliseconds"],
    from: keyof Stopwatch["milliseconds"],
    work: () => Promise<Result>,
  ): Promise<Result> {
    const before = this.milliseconds[what];
    try {
      return await this.count(what, work);
    } finally {
      this.milliseconds[from] -= this.milliseconds[what] - before;
    }
  }

  /** The same device, whose sessions are timed as they are opened and run. */
  watch(device: Device): Device {
    return {
      ...device,
      open: async (graph, replay) =>
        this.timed(await this.count("opening", () => device.open(graph, replay))),
      openResident: async (graph, replay) =>
        this.timed(await this.count("opening", () => device.openResident(graph, replay))),
    };
  }

  /** The same session, with its runs timed: what they spend on recording themselves is opening. */
  timed<Output>(session: Runs<Output>): Runs<Output> {
    return {
      inputNames: session.inputNames,
      run: async (feeds, outputs) => {
        const { openingTime = 0 } = session;
        const found = await this.count("running", () => session.run(feeds, outputs));
        const opening = (session.openingTime ?? 0) - openingTime;
        this.milliseconds.opening += opening;
        this.milliseconds.running -= opening;
        return found;
      },
      release: () => session.release(),
    };
  }

  /** The most memory so far, in bytes: what is resident of the process, with its libraries. */
  get peakMemory(): number {
    return Math.max(this.memory, Deno.memoryUsage().rss);
  }

  /** The times so far. */
  get timing(): Timing {
    const seconds = (milliseconds: number) => Number((milliseconds / 1000).toFixed(3));
    const { compiling, checking, opening, running } = this.milliseconds;
    return {
      wall: seconds(performance.now() - this.started),
      compiling: seconds(compiling),
      checking: seconds(checking),
      opening: seconds(opening),
      running: seconds(running),
    };
  }
}
