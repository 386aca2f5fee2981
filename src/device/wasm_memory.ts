import { DeviceError } from "./device.ts";

const GIB = 2 ** 30;

/** What WebAssembly's memory of 32 bits can hold. */
const ADDRESSABLE = 4 * GIB;

/** How much of it weights may take: the rest is for what a batch computes, and for ONNX Runtime itself. */
const FOR_WEIGHTS = 3.5 * GIB;

/** How ONNX Runtime's build says that its memory is full. */
const FULL =
  /bad_alloc|out of memory|memory access out of bounds|Aborted\(OOM\)|Array buffer allocation failed/i;

/**
 * The one memory that all sessions on WebAssembly share. A session copies its weights into it, and a run holds two at a
 * time, one that tunes and one that predicts.
 */
export class WasmMemory {
  private held = 0;

  /**
   * Opens a session where its weights fit beside those that are there.
   *
   * @param size what they take, in bytes
   * @throws {DeviceError} where they do not fit
   */
  async opened<Opened extends { release(): Promise<void> }>(
    size: number,
    open: () => Promise<Opened>,
  ): Promise<Opened> {
    if (this.held + size > FOR_WEIGHTS) {
      const beside = this.held > 0 ? ` beside the ${inGib(this.held)} of the graphs that are open` : "";
      throw new DeviceError(
        `the weights take ${inGib(size)}${beside}, and WebAssembly's memory of ${
          inGib(ADDRESSABLE)
        } holds at most ${inGib(FOR_WEIGHTS)} of them: set 'device: cpu', or take a smaller model`,
      );
    }
    this.held += size;
    try {
      const session = await open();
      return { ...session, release: () => session.release().finally(() => this.held -= size) };
    } catch (error) {
      this.held -= size;
      throw error;
    }
  }

  /**
   * Does something that takes memory.
   *
   * @throws {DeviceError} where there is none left
   */
  async guard<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (!FULL.test(String(error))) throw error;
      throw new DeviceError(
        `WebAssembly's memory of ${
          inGib(ADDRESSABLE)
        } is full (${error}): set 'device: cpu', or take a smaller model, 'training.batchSize' (or 'training.accumulate') or 'evaluation.batchSize'`,
        { cause: error },
      );
    }
  }
}

function inGib(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`;
}
