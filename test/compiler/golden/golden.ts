import { fromFileUrl } from "@std/path";
import { compile, type CompileOptions, type Insertion } from "../../../src/compiler/mod.ts";
import { printModel } from "./print_model.ts";
import { readRegion } from "../../../src/model/read_region.ts";
import { familyModel } from "../family_step.ts";

/** A training step, with its update and its answer, whose text is kept, so that a reviewer sees what a change does to it. */
interface Golden {
  /** The text's file, without `.txt`. */
  readonly name: string;
  /** A model in test/fixtures/families. */
  readonly family: string;
  readonly insertion: Insertion;
  readonly options: CompileOptions;
}

/** Steps that are as different as four can be. */
export const GOLDEN: readonly Golden[] = [
  {
    name: "encoder",
    family: "bert-traced-opset18",
    insertion: "embedding-output",
    options: {},
  },
  {
    name: "decoder-rotary-weighted",
    family: "llama-opset14",
    insertion: "word-embeddings",
    options: { loss: "weighted" },
  },
  {
    name: "encoder-quantized",
    family: "bert-int8",
    insertion: "embedding-output",
    options: {},
  },
  {
    name: "encoder-webgpu-float16",
    family: "roberta-opset14",
    insertion: "embedding-output",
    options: { target: "webgpu", precision: "float16" },
  },
];

/** Where a text is kept. */
export function goldenFile(name: string): string {
  return fromFileUrl(import.meta.resolve(`./${name}.txt`));
}

/** The text of the files of a step, its update and its answer as they are emitted now. */
export async function goldenText({ family, insertion, options }: Golden): Promise<string> {
  const path = familyModel(family);
  const { train, update, answer } = compile(await Deno.readFile(path), path, insertion, "adamw", {
    ...options,
    read: readRegion,
    verify: true,
  });
  return (await Promise.all([train, update, answer].map(({ bytes }) => printModel(bytes)))).join("\n");
}

if (import.meta.main) {
  for (const golden of GOLDEN) await Deno.writeTextFile(goldenFile(golden.name), await goldenText(golden));
}
