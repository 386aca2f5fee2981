import { ReplayRefusal } from "./refusal.ts";

/** The kinds of errors that WebGPU reports of commands. */
const KINDS: readonly GPUErrorFilter[] = ["validation", "out-of-memory", "internal"];

/**
 * Does work on a device whose errors end this work, and not all that uses the device.
 *
 * @throws {ReplayRefusal} with the first error that the device reports
 */
export async function withoutErrors<Result>(device: GPUDevice, work: () => Promise<Result>): Promise<Result> {
  for (const kind of KINDS) device.pushErrorScope(kind);
  let found: GPUError | null = null;
  const end = async () => {
    for (const _ of KINDS) found = await device.popErrorScope() ?? found;
  };
  const result = await work().finally(end);
  const { message } = found ?? {} as Partial<GPUError>;
  if (message !== undefined) throw new ReplayRefusal(message.split("\n")[0]!);
  return result;
}
