import { join } from "@std/path";
import { readTokenizer } from "../../src/model/read_tokenizer.ts";
import { MINI, ROOT } from "../shared.ts";
import { network } from "./chinese_model.ts";

/** What stands beside a model's graph. */
const BESIDE = ["config.json", "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json"];

let bytes: Promise<Uint8Array<ArrayBuffer>> | undefined;

/**
 * Writes a masked language model that takes a hundredth of the time of the project's own, for tests of what is done with
 * models: one layer of 16 numbers a token, with the tokenizer of the project's own and embeddings that know which words stand
 * in positive reviews.
 */
export async function writeSmallModel(folder: string): Promise<void> {
  await Deno.mkdir(join(folder, "onnx"), { recursive: true });
  for (const name of BESIDE) await Deno.copyFile(join(MINI, name), join(folder, name));
  await Deno.writeFile(join(folder, "onnx/model.onnx"), await (bytes ??= graph()));
}

async function graph(): Promise<Uint8Array<ArrayBuffer>> {
  const tokenizer = await readTokenizer(MINI);
  const ids = (text: string) => tokenizer.encode(text);
  const { vocab_size } = JSON.parse(await Deno.readTextFile(join(MINI, "config.json")));
  const leaning = Array<number>(vocab_size).fill(0);
  const table = await Deno.readTextFile(join(ROOT, "data/reviews-demo/train.tsv"));
  for (const line of table.trim().split("\n").slice(1)) {
    const [label, text] = line.split("\t");
    for (const id of new Set(ids(text!))) leaning[id]! += label === "positive" ? 1 : -1;
  }
  for (const [word, value] of [["good", 4], ["bad", -4]] as const) leaning[ids(word)[0]!] = value;
  return network(leaning);
}
