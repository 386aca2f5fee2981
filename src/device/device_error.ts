/** The kinds of devices. */
export type DeviceKind = "webgpu" | "cpu" | "wasm" | "cuda";

/** What in an experiment file takes less of a device's memory. */
export const SMALLER_BATCHES =
  "reduce 'training.batchSize' or 'evaluation.batchSize', or raise 'training.accumulate'";

/**
 * A requested device is unavailable or fails; the message names the way out.
 *
 * @example
 * ```ts
 * import { DeviceError, loadRun } from "softprompt";
 *
 * async function loadOnGpu(folder: string) {
 *   try {
 *     return await loadRun(folder, { device: "webgpu" });
 *   } catch (error) {
 *     if (error instanceof DeviceError) return await loadRun(folder, { device: "cpu" });
 *     throw error;
 *   }
 * }
 *
 * const run = await loadOnGpu("test/fixtures/runs/first-soft");
 * await run.release();
 * ```
 */
export class DeviceError extends Error {
  /** Distinguishes it from other errors. */
  override readonly name = "DeviceError";
}
