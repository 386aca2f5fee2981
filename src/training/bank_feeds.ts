import { allDone } from "../base/all_done.ts";
import { type DeviceTensor, type Feeds, float32Tensor, int64Tensor, type Tensor } from "../device/device.ts";
import { BankPart } from "./bank_tensor.ts";
import { float32Data, int64Data, onHost } from "../device/tensor_data.ts";

/** Inputs that have a row for each example and a column for each token of a text or a target: shorter ones are padded on the right. */
const BY_TOKEN = new Set([
  "input_ids",
  "attention_mask",
  "position_ids",
  "target_rows",
  "decoder_input_ids",
  "target_ids",
  "target_weights",
]);
/** Inputs that have a row for each example. */
const BY_EXAMPLE = new Set(["prompt_rows", "answer_rows", "labels", "example_weights"]);
/** Inputs that are the same for all prompts. */
const SHARED = new Set(["label_tokens", "label_weights", "step"]);

/**
 * The inputs of a bank's step from those of its prompts' steps: the examples are concatenated, and everything that
 * each prompt has of its own (prompt, state, hyperparameters) is stacked along a new first axis.
 *
 * @param each the inputs of a step of one prompt, one for each prompt
 */
export async function bankFeeds(each: readonly Feeds[]): Promise<Feeds> {
  const [first] = each as readonly [Feeds];
  const found: Record<string, Tensor | DeviceTensor> = {};
  for (const name of Object.keys(first)) {
    const tensors = each.map((feeds) => feeds[name]!);
    found[name] = BY_TOKEN.has(name)
      ? concatenated(filledUp(tensors.map(onHost)))
      : BY_EXAMPLE.has(name)
      ? concatenated(tensors.map(onHost))
      : SHARED.has(name)
      ? tensors[0]!
      : await stacked(tensors);
  }
  const owners = each.flatMap(({ input_ids }, p) => Array.from({ length: input_ids!.dims[0]! }, () => p));
  return { ...found, prompt_of_example: int64Tensor(owners, [owners.length]) };
}

/** Matrices padded to the width of the widest: places after a text are masked, and those after a target have the weight 0. */
function filledUp(tensors: readonly Tensor[]): Tensor[] {
  const columns = tensors.reduce((most, { dims }) => Math.max(most, dims[1]!), 0);
  return tensors.map((tensor) => {
    const [rows, own] = tensor.dims as [number, number];
    const dims = [rows, columns];
    const each = Array.from({ length: rows }, (_, row) => row);
    if (tensor.type === "float32") {
      const data = float32Data(tensor);
      const wide = new Float32Array(rows * columns);
      for (const row of each) wide.set(data.subarray(row * own, (row + 1) * own), row * columns);
      return float32Tensor(wide, dims);
    }
    const data = int64Data(tensor);
    const wide = new BigInt64Array(rows * columns);
    for (const row of each) wide.set(data.subarray(row * own, (row + 1) * own), row * columns);
    return { type: "int64", dims, data: wide };
  });
}

function concatenated(tensors: readonly Tensor[]): Tensor {
  const rows = tensors.reduce((sum, { dims }) => sum + dims[0]!, 0);
  const { dims, type } = tensors[0]!;
  const shape = [rows, ...dims.slice(1)];
  if (type === "float32") {
    return float32Tensor(Float32Array.from(tensors.flatMap(({ data }) => Array.from(data, Number))), shape);
  }
  const data = new BigInt64Array(tensors.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const tensor of tensors) {
    data.set(int64Data(tensor), at);
    at += tensor.data.length;
  }
  return { type: "int64", dims: shape, data };
}

/** Stacks tensors along a new first axis; if they are all parts of one bank's output, in order, returns that output. */
async function stacked(tensors: readonly (Tensor | DeviceTensor)[]): Promise<Tensor | DeviceTensor> {
  const [first] = tensors;
  const bank = first instanceof BankPart && first.bank.prompts === tensors.length ? first.bank : undefined;
  const isWhole = tensors.every((tensor, p) =>
    tensor instanceof BankPart && tensor.bank === bank && tensor.prompt === p
  );
  if (bank && isWhole) return bank.whole;
  const here = await allDone(tensors.map((tensor) => "data" in tensor ? tensor : tensor.read()));
  const size = here[0]!.data.length;
  const data = new Float32Array(size * here.length);
  for (const [p, tensor] of here.entries()) data.set(float32Data(tensor), p * size);
  return float32Tensor(data, [here.length, ...here[0]!.dims]);
}
