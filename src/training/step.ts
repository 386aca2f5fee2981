import {
  type DeviceTensor,
  type Feeds,
  float32Tensor,
  type ResidentSession,
  scalarTensor,
  type Tensor,
} from "../device/device.ts";
import type { BatchFeeds } from "../prompt/batches.ts";

/** The sessions that a step runs in. */
export interface StepSessions {
  /** The compiled training step, opened on a device. */
  readonly trainStep: ResidentSession;
  /** The optimizer alone, opened on the same device, for batches that are taken in parts; a model's are not. */
  readonly update?: ResidentSession;
}

/** What a step gives, on the device or already here. */
export interface StepOutputs {
  readonly loss: Tensor | DeviceTensor;
  /** Of a prompt, before clipping, or the norm of a model's. */
  readonly gradient: Tensor | DeviceTensor;
  /** What is tuned and each state after the step. */
  readonly next: Readonly<Record<string, DeviceTensor>>;
}

/**
 * One step over a batch, or over its parts one after the other, whose gradients are then averaged by their examples (or the weights of these) and
 * given to the optimizer: the same up to rounding, with the memory of one part.
 *
 * @param parts the batch's examples as inputs of the step
 * @param inputs what is tuned, the optimizer's state and the step's hyperparameters
 */
export async function takeStep(
  { trainStep, update }: StepSessions,
  parts: readonly BatchFeeds[],
  verbalizer: Feeds,
  inputs: Feeds,
): Promise<StepOutputs> {
  const run = (part: BatchFeeds) => trainStep.run({ ...part, ...verbalizer, ...inputs });
  if (parts.length === 1) {
    const { loss, gradient, gradient_norm, class_logits, ...next } = await run(parts[0]!);
    class_logits?.free();
    return { loss: loss!, gradient: (gradient ?? gradient_norm)!, next };
  }
  const { dims } = inputs.prompt!;
  const whole = parts.reduce((sum, part) => sum + weightOf(part), 0);
  const gradient = new Float64Array(dims.reduce((a, b) => a * b, 1));
  let loss = 0;
  for (const part of parts) {
    const share = weightOf(part) / whole;
    const outputs = await run(part);
    loss += share * Number((await outputs.loss!.read()).data[0]);
    const { data } = await outputs.gradient!.read();
    for (const [i, x] of (data as Float32Array).entries()) gradient[i]! += share * x;
    for (const output of Object.values(outputs)) output.free();
  }
  const mean = float32Tensor(Float32Array.from(gradient), dims);
  return { loss: scalarTensor(loss), gradient: mean, next: await update!.run({ ...inputs, gradient: mean }) };
}

/** What a part of a batch weighs: as many examples as it has, or the sum of their weights. */
function weightOf({ labels, example_weights }: BatchFeeds): number {
  if (example_weights === undefined) return labels.data.length;
  return Array.from(example_weights.data, Number).reduce((sum, weight) => sum + weight, 0);
}

/** Brings a tensor into the host's memory, and frees it where it was. */
export async function toHost(tensor: Tensor | DeviceTensor): Promise<Tensor> {
  if ("data" in tensor) return tensor;
  const here = await tensor.read();
  tensor.free();
  return here;
}

/** Frees a tensor that nobody will read. */
export function dispose(tensor: Tensor | DeviceTensor): void {
  if (!("data" in tensor)) tensor.free();
}
