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
  const errors: string[] = [];
  const result = await work().finally(async () => {
    for (const _ of KINDS) {
      const error = await device.popErrorScope();
      if (error) errors.push(error.message);
    }
  });
  const [first] = errors;
  if (first !== undefined) throw new ReplayRefusal(first.split("\n")[0]!);
  return result;
}
