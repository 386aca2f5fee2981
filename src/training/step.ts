import { allDone } from "../base/all_done.ts";
import {
  type DeviceTensor,
  type Feeds,
  float32Tensor,
  type ResidentSession,
  scalarTensor,
  type Tensor,
} from "../device/device.ts";
import { float32Data, onHost, tensorNamed } from "../device/tensor_data.ts";

/** The sessions of a step. */
export interface StepSessions {
  /** The compiled training step, opened on a device. */
  readonly trainStep: ResidentSession;
  /** The optimizer alone, opened on the same device, for gradient accumulation, which model tuning does not have. */
  readonly update?: ResidentSession;
}

/** The outputs of a step, on the device or on the host. */
export interface StepOutputs {
  readonly loss: Tensor | DeviceTensor;
  /** The gradient of a prompt, before clipping, or the gradient norm of a model. */
  readonly gradient: Tensor | DeviceTensor;
  /** The parameters and optimizer states after the step. */
  readonly next: Readonly<Record<string, DeviceTensor>>;
}

/**
 * One step over a batch, or over its parts one after the other (gradient accumulation): their gradients are averaged, weighted by the number of examples (or their weights; of texts, of tokens), and
 * passed to the optimizer: the same result up to rounding, with the memory of one part.
 *
 * @param parts the batch's examples as inputs of the step
 * @param inputs the parameters, the optimizer's state and the step's hyperparameters
 */
export async function takeStep(
  { trainStep, update }: StepSessions,
  parts: readonly Feeds[],
  verbalizer: Feeds,
  inputs: Feeds,
): Promise<StepOutputs> {
  const run = (part: Feeds) => trainStep.run({ ...part, ...verbalizer, ...inputs });
  const [whole] = parts;
  if (parts.length === 1 && whole) return stepOutputs(await run(whole));
  if (update === undefined) throw new RangeError("a step over several parts needs the optimizer's session");
  const { dims } = tensorNamed(inputs, "prompt");
  const total = parts.reduce((sum, part) => sum + weightOf(part), 0);
  const gradient = new Float64Array(dims.reduce((a, b) => a * b, 1));
  const reading: Promise<[loss: Tensor, gradient: Tensor]>[] = [];
  for (const part of parts) {
    const { loss, gradient, next } = stepOutputs(await run(part));
    const read = allDone([toHost(loss), toHost(gradient)]);
    // The device goes on with the next part; where that fails, that failure is reported.
    read.catch(() => {});
    reading.push(read);
    Object.values(next).forEach(dispose);
  }
  let loss = 0;
  for (const [at, [lossHere, gradientHere]] of (await allDone(reading)).entries()) {
    const share = weightOf(parts[at]!) / total;
    loss += share * Number(lossHere.data[0]);
    for (const [i, x] of float32Data(gradientHere).entries()) gradient[i]! += share * x;
  }
  const mean = float32Tensor(Float32Array.from(gradient), dims);
  return { loss: scalarTensor(loss), gradient: mean, next: await update.run({ ...inputs, gradient: mean }) };
}

/** The outputs of the training step by what they are; the logits, or the probabilities of target tokens, are freed. */
function stepOutputs(outputs: Readonly<Record<string, DeviceTensor>>): StepOutputs {
  const { loss: _, gradient, gradient_norm, class_logits, target_logprobs, ...next } = outputs;
  class_logits?.free();
  target_logprobs?.free();
  return {
    loss: tensorNamed(outputs, "loss"),
    gradient: gradient ?? gradient_norm ?? tensorNamed(outputs, "gradient"),
    next,
  };
}

/** The weight of a part of a batch: its number of examples, or the sum of the weights of examples or of target tokens. */
function weightOf(part: Feeds): number {
  const { example_weights, target_weights } = part;
  const weights = example_weights ?? target_weights;
  if (weights === undefined) return onHost(part.labels).data.length;
  return Array.from(onHost(weights).data, Number).reduce((sum, weight) => sum + weight, 0);
}

/** Moves a tensor into the host's memory, and frees it on the device. */
export async function toHost(tensor: Tensor | DeviceTensor): Promise<Tensor> {
  if ("data" in tensor) return tensor;
  const here = await tensor.read();
  tensor.free();
  return here;
}

/** Frees a tensor that will not be read. */
export function dispose(tensor: Tensor | DeviceTensor): void {
  if (!("data" in tensor)) tensor.free();
}
