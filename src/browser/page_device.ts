import { type Device, DeviceError } from "../device/device.ts";
import { SerialQueue } from "../device/serial_queue.ts";
import type { WantedDevice } from "./choose.ts";
import type { SentenceClassifier } from "./classify.ts";

/** A device, and the classifier that is open on it. */
export interface OpenDevice {
  readonly device: Device;
  readonly classifier: SentenceClassifier;
}

/**
 * The device of the page, on which one thing is done after the other. It is opened when it is first used, and again where that
 * failed; where WebGPU fails later, WebAssembly takes its place.
 */
export class PageDevice {
  private readonly queue = new SerialQueue();
  private opened: Promise<OpenDevice> | undefined;

  /**
   * @param open opens a device
   * @param onFailed takes the error of a WebGPU device that WebAssembly takes the place of
   */
  constructor(
    private wanted: WantedDevice,
    private readonly open: (wanted: WantedDevice) => Promise<OpenDevice>,
    private readonly onFailed: (error: DeviceError) => void,
  ) {}

  /** Works with the device; where WebGPU fails meanwhile, the work is done again on WebAssembly. @throws what the work throws */
  use<Result>(work: (opened: OpenDevice) => Promise<Result>): Promise<Result> {
    return this.queue.take(async () => {
      const opened = await this.current();
      try {
        return await work(opened);
      } catch (error) {
        if (!(error instanceof DeviceError) || opened.device.kind !== "webgpu") throw error;
        this.opened = undefined;
        this.wanted = "wasm";
        this.onFailed(error);
        return await work(await this.current());
      }
    });
  }

  private async current(): Promise<OpenDevice> {
    this.opened ??= this.open(this.wanted);
    try {
      return await this.opened;
    } catch (error) {
      this.opened = undefined;
      throw error;
    }
  }
}
