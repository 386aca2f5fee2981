import { join } from "@std/path";
import { parse } from "yaml";
import { InputError } from "../../src/base/errors.ts";
import { factsOf, type ModelFacts, readOnnxFile } from "../../src/compiler/mod.ts";
import { parseVariants } from "../../src/experiment/sweep.ts";
import { readCard } from "../../src/model/card.ts";
import { readTokenizer } from "../../src/model/read_tokenizer.ts";
import { jsonMutant } from "./json_mutants.ts";
import { type Mutation, mutations } from "./mutate.ts";
import { readFiles } from "./read_files.ts";
import type { Target } from "./target.ts";

const MODEL = "data/models/reviews-mlm-mini";

/** Of this many copies, one has its bytes damaged, and the others have their values changed. */
const BYTES_EVERY = 5;

/** Texts that a damaged tokenizer is given. */
const TEXTS = ["a film [MASK] no one needs", "", "\u{1f600} naïve 中文 \0", "x".repeat(300)];

/** Damages the value that a text in some format stands for. */
function mutator(read: (text: string) => unknown, write: (value: unknown) => string): Target["mutate"] {
  return (bytes, seed): Mutation => {
    if (seed % BYTES_EVERY === 0) return mutations(bytes, seed).next().value;
    const { what, value } = jsonMutant(read(new TextDecoder().decode(bytes)), seed);
    return { what, bytes: new TextEncoder().encode(write(value)) };
  };
}

const toJson = (value: unknown) => JSON.stringify(value) ?? "";

const json = mutator(JSON.parse, toJson);

/** Reads a file as a part of the model's folder. */
async function inFolder<Result>(
  name: string,
  bytes: Uint8Array,
  read: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [other, content] of await readFiles(MODEL, ".json")) {
      await Deno.writeFile(join(folder, other), content);
    }
    await Deno.writeFile(join(folder, name), bytes);
    return await read(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Tokenizers: read, and put to use. */
export const tokenizers: Target = {
  name: "tokenizer.json",
  seeds: () => readFiles(MODEL, "tokenizer.json"),
  mutate: json,
  refusals: [InputError],
  run: (bytes) =>
    inFolder("tokenizer.json", bytes, async (folder) => {
      const tokenizer = await readTokenizer(folder, await factsOfModel());
      for (const text of TEXTS) tokenizer.encode(text);
      return "read";
    }),
};

/** The files beside a model that describe it. */
export const cards: Target = {
  name: "config.json",
  seeds: () => readFiles(MODEL, "config.json"),
  mutate: json,
  refusals: [InputError],
  run: (bytes) =>
    inFolder("config.json", bytes, async (folder) => {
      await readCard(folder, await factsOfModel());
      return "read";
    }),
};

/** Experiment files. */
export const experiments: Target = {
  name: "experiment",
  seeds: async () =>
    new Map([
      ...await readFiles("experiments/first-steps", ".yaml"),
      ...await readFiles("experiments/rt-polarity", ".yaml"),
    ]),
  // What JSON writes is YAML, too.
  mutate: mutator(parse, toJson),
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
