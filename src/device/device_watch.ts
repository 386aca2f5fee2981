import { DeviceError, SMALLER_BATCHES } from "./device_error.ts";

/** The time that an error waits for a device error to arrive, in milliseconds. */
const PATIENCE = 100;

/** Detects when a WebGPU device fails: its later results are invalid, and some calls never return. */
export class DeviceWatch {
  private failure: DeviceError | undefined;
  private readonly rejection: Promise<never>;

  /** @param name the adapter's name, for messages */
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
          ? `ran out of memory (${error.message}): ${SMALLER_BATCHES}, or use --no-replay ('run', 'batch'), which keeps no recordings`
          : `reports an error: ${error.message}`,
      );
    });
  }

  /**
   * Runs work on the device.
   *
   * @throws {DeviceError} where the device fails meanwhile, or has failed before
   */
  readonly guard = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (this.failure) throw this.failure;
    const result = await Promise.race([work(), this.rejection]).catch(async (error) => {
      // The loss of the device may be reported after the operation that it made fail.
      await Promise.race([this.rejection.catch(() => {}), new Promise((done) => setTimeout(done, PATIENCE))]);
      throw this.failure ?? error;
    });
    // An error may have occurred although the work seemed to succeed.
    if (this.failure) throw this.failure;
    return result;
  };

  private error(what: string): DeviceError {
    return new DeviceError(`the WebGPU device ${this.name} ${what}`);
  }
}
