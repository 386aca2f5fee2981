import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { parseWords } from "../experiment/parse_words.ts";
import { readSourcePrompt } from "../../src/run/read_source_prompt.ts";
import { inFolder } from "./in_folder.ts";
import { valueMutant } from "./json_mutants.ts";
import { readFiles } from "./read_files.ts";
import { numbersOf, rawTensors } from "./safetensors_check.ts";
import { safetensorsMutant } from "./safetensors_target.ts";
import type { Target } from "./target.ts";

const WEIGHTS = "adapter_model.safetensors";

/** Prompts that PEFT saved: what is read is the tensor that the file has by another reading of its format. */
export const adapters: Target = {
  seeds: sound,
  mutate: (bytes, seed, name) => name === WEIGHTS ? safetensorsMutant(bytes, seed) : valueMutant(bytes, seed),
  refusals: [InputError],
  run: async (bytes, name) => {
    const files = new Map([...await sound(), [name, bytes]]);
    const read = await inFolder(files, (folder) => readSourcePrompt(PROMPT, join(folder, "x.yaml"), MODEL));
    const weights = files.get(WEIGHTS);
    const raw = weights && rawTensors(Uint8Array.from(weights))?.get("prompt_embeddings");
    assertEquals(read?.prompt.dims, raw?.shape);
    assertEquals(read && [...read.prompt.data], raw && numbersOf(raw));
    return "read";
  },
};

function sound(): Promise<Map<string, Uint8Array>> {
  return readFiles("test/fixtures/peft", /^adapter_/);
}

const { prompt: PROMPT } = parseWords(
  `{ name: x, model: { source: m }, dataset: { name: rt-polarity }, verbalizer: { bad: [b], good: [g] },
     prompt: { kind: soft, length: 3, insertion: word-embeddings, template: "{prompt} {text} {mask}",
               initialization: { from: peft, path: . } } }`,
  "x.yaml",
);

const MODEL = { folder: "m", files: {}, facts: { scale: 1, multiplier: 1 } };
