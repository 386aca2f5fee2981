import { parse } from "yaml";
import { InputError } from "../../src/base/errors.ts";
import { factsOf, type ModelFacts, readOnnxFile } from "../../src/compiler/mod.ts";
import { parseVariants } from "../../src/experiment/sweep.ts";
import { readCard } from "../../src/model/card.ts";
import { readTokenizer } from "../../src/model/read_tokenizer.ts";
import { inFolder } from "./in_folder.ts";
import { valueMutant } from "./json_mutants.ts";
import { readFiles } from "./read_files.ts";
import type { Target } from "./target.ts";

const MODEL = "data/models/reviews-mlm-mini";

/** Texts that a damaged tokenizer is given. */
const TEXTS = ["a film [MASK] no one needs", "", "\u{1f600} naïve 中文 \0", "x".repeat(300)];

/** Reads a file as a part of the model's folder. */
async function inModel<Result>(
  name: string,
  bytes: Uint8Array,
  read: (folder: string) => Promise<Result>,
): Promise<Result> {
  return await inFolder(new Map([...await readFiles(MODEL, /\.json$/), [name, bytes]]), read);
}

/** Tokenizers: read, and put to use. */
export const tokenizers: Target = {
  seeds: () => readFiles(MODEL, /^tokenizer\.json$/),
  mutate: (bytes, seed) => valueMutant(bytes, seed),
  refusals: [InputError],
  run: (bytes) =>
    inModel("tokenizer.json", bytes, async (folder) => {
      const tokenizer = await readTokenizer(folder, await factsOfModel());
      for (const text of TEXTS) tokenizer.encode(text);
      return "read";
    }),
};

/** The files beside a model that describe it. */
export const cards: Target = {
  seeds: () => readFiles(MODEL, /config\.json$/),
  mutate: (bytes, seed) => valueMutant(bytes, seed),
  refusals: [InputError],
  run: (bytes) =>
    inModel("config.json", bytes, async (folder) => {
      await readCard(folder, await factsOfModel());
      return "read";
    }),
};

/** Experiment files. */
export const experiments: Target = {
  seeds: async () =>
    new Map([
      ...await readFiles("experiments/first-steps", /\.yaml$/),
      ...await readFiles("experiments/rt-polarity", /\.yaml$/),
    ]),
  // What JSON writes is YAML, too.
  mutate: (bytes, seed) => valueMutant(bytes, seed, parse),
  refusals: [InputError],
  run: (bytes) => {
    parseVariants(new TextDecoder().decode(bytes), "mutant.yaml");
    return Promise.resolve("read");
  },
};

let facts: Promise<ModelFacts> | undefined;

function factsOfModel(): Promise<ModelFacts> {
  return facts ??= Deno.readFile(`${MODEL}/onnx/model.onnx`).then((bytes) =>
    factsOf(readOnnxFile(bytes, "model.onnx"))
  );
}
