import { join } from "@std/path";
import { openCpu } from "../../src/device/cpu.ts";
import { int64Tensor } from "../../src/device/device.ts";
import { readTokenizer } from "../../src/model/read_tokenizer.ts";

/** The probability that an exported classifier gives a text's second class, through plain ONNX Runtime. */
export async function exportedPositive(folder: string, text: string): Promise<number> {
  const device = await openCpu();
  const ids = (await readTokenizer(folder)).encode(text);
  const bytes = await Deno.readFile(join(folder, "onnx/model.onnx"));
  const session = await device.open({ bytes, weights: new Map() });
  const { probabilities } = await session.run({
    input_ids: int64Tensor(ids, [1, ids.length]),
    attention_mask: int64Tensor(ids.map(() => 1), [1, ids.length]),
  });
  await session.release();
  return Number(probabilities!.data[1]);
}
