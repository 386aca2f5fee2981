import { join } from "@std/path";
import { openCpu } from "../../src/device/cpu.ts";
import { type Device, int64Tensor } from "../../src/device/device.ts";
import { readTokenizer } from "../../src/model/read_tokenizer.ts";

/** How an exported classifier is asked. */
export interface Asking {
  /** Where padding is. */
  readonly side?: "left" | "right";
  readonly file?: string;
  /** The native CPU if left out. */
  readonly device?: Device;
}

/**
 * The probabilities that an exported classifier gives for texts in one batch, through plain ONNX Runtime, with the tokens that
 * the tokenizer puts around them.
 */
export async function exportedProbabilities(
  folder: string,
  texts: readonly string[],
  { side = "right", file = "onnx/model.onnx", device }: Asking = {},
): Promise<number[][]> {
  const tokenizer = await readTokenizer(folder);
  const rows = texts.map((text) => [...tokenizer.prefix, ...tokenizer.encode(text), ...tokenizer.suffix]);
  const length = Math.max(...rows.map((row) => row.length));
  const padded = (some: readonly (readonly number[])[]) => {
    const all = some.flatMap((row) => {
      const padding = Array<number>(length - row.length).fill(0);
      return side === "left" ? [...padding, ...row] : [...row, ...padding];
    });
    return int64Tensor(all, [rows.length, length]);
  };
  const bytes = await Deno.readFile(join(folder, file));
  const session = await (device ?? await openCpu()).open({ bytes, weights: new Map() });
  const { probabilities } = await session.run({
    input_ids: padded(rows),
    attention_mask: padded(rows.map((row) => row.map(() => 1))),
  });
  await session.release();
  const found = Array.from(probabilities!.data, Number);
  const classes = found.length / texts.length;
  return texts.map((_, i) => found.slice(i * classes, (i + 1) * classes));
}

/** The probability that an exported classifier gives a text's second class. */
export async function exportedPositive(folder: string, text: string): Promise<number> {
  const [row] = await exportedProbabilities(folder, [text]);
  return row![1]!;
}
