import { allDone } from "../base/all_done.ts";
import type { DeviceTensor, Tensor } from "../device/device.ts";
import { dispose, toHost } from "./step.ts";

/** The losses of the steps since the history's last line. They stay on the device until they are read. */
export class LossWindow {
  private pending: (Tensor | DeviceTensor)[] = [];

  /** @param known from a checkpoint */
  constructor(private known: readonly number[]) {}

  /** The losses that have been read. */
  get values(): readonly number[] {
    return this.known;
  }

  /** Adds a step's loss, a float32 scalar. */
  push(loss: Tensor | DeviceTensor): void {
    this.pending.push(loss);
  }

  /** Reads those that are still on the device, and frees them there. */
  async read(): Promise<readonly number[]> {
    const read = await allDone(this.pending.map(toHost));
    this.pending = [];
    this.known = [...this.known, ...read.map(({ data }) => Number(data[0]))];
    return this.known;
  }

  /** Starts again after a line of the history. */
  clear(): void {
    this.known = [];
  }

  /** Frees what has not been read. */
  free(): void {
    this.pending.forEach(dispose);
  }
}
