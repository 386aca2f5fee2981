import { allDone } from "../base/all_done.ts";
import type { Feeds, ResidentSession, Session, Tensor } from "./device.ts";
import { SerialQueue } from "./serial_queue.ts";
import { tensorNamed } from "./tensor_data.ts";

/** A session whose outputs come to the host, of one that leaves them on the device: all that are wanted of a run in one read. */
export class HostSession implements Session {
  /** A run is over when it has been read. */
  private readonly queue = new SerialQueue();

  constructor(private readonly resident: ResidentSession) {}

  get inputNames(): readonly string[] {
    return this.resident.inputNames;
  }

  get openingTime(): number | undefined {
    return this.resident.openingTime;
  }

  run(feeds: Feeds, outputs?: readonly string[]): Promise<Record<string, Tensor>> {
    return this.queue.take(async () => {
      const found = await this.resident.run(feeds);
      try {
        const read = await allDone(
          (outputs ?? Object.keys(found)).map(async (name) =>
            [name, await tensorNamed(found, name).read()] as const
          ),
        );
        return Object.fromEntries(read);
      } finally {
        for (const tensor of Object.values(found)) tensor.free();
      }
    });
  }

  release(): Promise<void> {
    return this.queue.take(() => this.resident.release());
  }
}
