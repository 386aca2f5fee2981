import { DeviceError } from "./device.ts";

/** Milliseconds that an error waits for news of its device. */
const PATIENCE = 100;

/** Notices when a WebGPU device breaks: what it computes from then on is worth nothing, and some of it never ends. */
export class DeviceWatch {
  private failure: DeviceError | undefined;
  private readonly rejection: Promise<never>;

  /** @param name the adapter's, for messages */
  constructor(device: GPUDevice, private readonly name: string) {
    this.rejection = new Promise((_, reject) => {
      device.lost.then(({ message }) => {
        this.failure ??= this.error(`was lost${message ? ` (${message})` : ""}`);
        reject(this.failure);
      });
    });
    this.rejection.catch(() => {});
    device.addEventListener("uncapturederror", (event) => {
      const { error } = event as GPUUncapturedErrorEvent;
      this.failure ??= this.error(
        error instanceof GPUOutOfMemoryError
          ? `has no memory left (${error.message}): take a smaller 'training.batchSize', 'training.accumulate' or 'evaluation.batchSize'`
          : `reports an error: ${error.message}`,
      );
    });
  }

  /**
   * Does something on the device.
   *
   * @throws {DeviceError} where the device breaks meanwhile, or is broken already
   */
  readonly guard = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (this.failure) throw this.failure;
    const result = await Promise.race([work(), this.rejection]).catch(async (error) => {
      // That the device is lost may be told after what it could not do.
      await Promise.race([this.rejection.catch(() => {}), new Promise((done) => setTimeout(done, PATIENCE))]);
      throw this.failure ?? error;
    });
    // An error may have come while the work seemed to succeed.
    if (this.failure) throw this.failure;
    return result;
  };

  private error(what: string): DeviceError {
    return new DeviceError(`the WebGPU device ${this.name} ${what}`);
  }
}
