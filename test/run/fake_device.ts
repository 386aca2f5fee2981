import type { Device, GraphFile, ResidentSession, Session } from "../../src/device/device.ts";

/** A device that computes nothing and notes down what it opens and releases, by the number that is a graph's one byte. */
export class FakeDevice implements Device {
  readonly kind = "cpu";
  readonly description = "fake";
  readonly accelerated = false;
  readonly float16 = false;
  /** `open 1`, `release 1`, in their order. */
  readonly events: string[] = [];
  /** Graphs that do not open, as many times as they stand here. */
  readonly failing: number[] = [];
  /** Graphs that are released with an error. */
  readonly stuck: number[] = [];
  private readonly released = new Set<Session | ResidentSession>();

  open({ bytes }: GraphFile): Promise<Session> {
    return this.opened(bytes[0]!);
  }

  openResident({ bytes }: GraphFile): Promise<ResidentSession> {
    return this.opened(bytes[0]!);
  }

  private async opened(graph: number): Promise<Session & ResidentSession> {
    // Opening takes a while, in which others ask.
    await new Promise((resolve) => setTimeout(resolve));
    const at = this.failing.indexOf(graph);
    if (at >= 0) {
      this.failing.splice(at, 1);
      throw new Error(`graph ${graph} does not open`);
    }
    this.events.push(`open ${graph}`);
    const session = {
      inputNames: [],
      run: () => this.released.has(session) ? Promise.reject(new Error("released")) : Promise.resolve({}),
      release: async () => {
        if (this.released.has(session)) throw new Error(`graph ${graph} is released twice`);
        this.released.add(session);
        // Releasing takes a while, too, and longer than opening.
        await new Promise((resolve) => setTimeout(resolve, 2));
        this.events.push(`release ${graph}`);
        if (this.stuck.includes(graph)) throw new Error(`graph ${graph} is stuck`);
      },
    };
    return session;
  }
}

/** A graph that the device notes down by a number. */
export function graphOf(number: number): GraphFile {
  return { bytes: Uint8Array.of(number), weights: new Map() };
}
