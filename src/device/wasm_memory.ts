import { DeviceError, SMALLER_BATCHES } from "./device_error.ts";

const GIB = 2 ** 30;

/** The size of WebAssembly's 32-bit memory. */
const ADDRESSABLE = 4 * GIB;

/** The part of it that weights may take; the rest is for a batch's activations and ONNX Runtime itself. */
const FOR_WEIGHTS = 3.5 * GIB;

/** The messages of ONNX Runtime's build when its memory is full. */
const FULL =
  /bad_alloc|out of memory|memory access out of bounds|Aborted\(OOM\)|Array buffer allocation failed/i;

/**
 * The one memory that all sessions on WebAssembly share. A session copies its weights into it, and a run holds two at a
 * time, one that tunes and one that predicts.
 */
export class WasmMemory {
  private held = 0;

  /**
   * Opens a session if its weights fit in addition to those already held.
   *
   * @param size the size of its weights, in bytes
   * @throws {DeviceError} where they do not fit
   */
  async opened<Opened extends { release(): Promise<void> }>(
    size: number,
    open: () => Promise<Opened>,
  ): Promise<Opened> {
    if (this.held + size > FOR_WEIGHTS) {
      const beside = this.held > 0 ? ` in addition to the ${inGib(this.held)} of open graphs` : "";
      throw new DeviceError(
        `the weights take ${inGib(size)}${beside}, but WebAssembly's memory of ${
          inGib(ADDRESSABLE)
        } holds at most ${inGib(FOR_WEIGHTS)} of them: set 'device: cpu', or use a smaller model`,
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
   * Runs work that allocates memory.
   *
   * @throws {DeviceError} where the memory is full
   */
  async guard<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (!FULL.test(String(error))) throw error;
      throw new DeviceError(
        `WebAssembly's memory of ${
          inGib(ADDRESSABLE)
        } is full (${error}): set 'device: cpu', use a smaller model, or ${SMALLER_BATCHES}`,
        { cause: error },
      );
    }
  }
}

function inGib(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`;
}
