import { join } from "@std/path";
import { inFolder } from "../commands/softprompt.ts";
import { writeTextModel } from "../commands/text_model.ts";

const FILES = [
  "config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "onnx/encoder_model.onnx",
  "onnx/decoder_model.onnx",
];

/**
 * A small encoder-decoder in the hub's layout, which stands for one that the pages name. Its tokens are letters and digits; accents and
 * other signs are dropped.
 */
export async function smallT5(): Promise<Record<string, Uint8Array<ArrayBuffer>>> {
  let files: Record<string, Uint8Array<ArrayBuffer>> = {};
  await inFolder(async (folder) => {
    await writeSmallT5(folder);
    const read = FILES.map(async (name) => [name, await Deno.readFile(join(folder, name))] as const);
    files = Object.fromEntries(await Promise.all(read));
  });
  return files;
}

async function writeSmallT5(folder: string): Promise<void> {
  await writeTextModel(folder, "t5");
  const change = async (name: string, changes: (before: Record<string, unknown>) => object) => {
    const path = join(folder, name);
    const before = JSON.parse(await Deno.readTextFile(path));
    await Deno.writeTextFile(path, JSON.stringify({ ...before, ...changes(before) }));
  };
  await change("tokenizer_config.json", () => ({ model_max_length: 512 }));
  await change("tokenizer.json", () => {
    const words = ["<pad>", "</s>", "<s>", "<unk>", " ", ..."abcdefghijklmnopqrstuvwxyz0123456789"];
    return {
      normalizer: {
        type: "Sequence",
        normalizers: [
          { type: "NFD" },
          { type: "StripAccents" },
          { type: "Lowercase" },
          { type: "Replace", pattern: { Regex: "[^a-z0-9 ]" }, content: "" },
        ],
      },
      pre_tokenizer: null,
      decoder: { type: "Fuse" },
      model: { type: "BPE", vocab: Object.fromEntries(words.map((word, i) => [word, i])), merges: [] },
    };
  });
}
