import { join } from "@std/path";
import { MINI } from "../shared.ts";

/** Writes a model's folder: a small graph of the compiler's fixtures, beside the tokenizer of the project's own model. */
export async function writeModel(folder: string, family: string): Promise<void> {
  const beside = ["config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"];
  for (const name of beside) await Deno.copyFile(join(MINI, name), join(folder, name));
  for await (const { name } of Deno.readDir("test/fixtures/families")) {
    if (name !== family && name !== `${family}.data`) continue;
    await Deno.copyFile(join("test/fixtures/families", name), join(folder, name));
  }
}
