import { fromFileUrl } from "@std/path";
import {
  compile,
  type CompileOptions,
  type Graph,
  type Insertion,
  printGraph,
} from "../../../src/compiler/mod.ts";
import { readRegion } from "../../../src/model/read_region.ts";
import { familyModel } from "../family_step.ts";

/** A training step whose text is kept, so that a reviewer sees what a change does to it. */
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

/** The text of a step as it is compiled now. */
export async function goldenText({ family, insertion, options }: Golden): Promise<string> {
  let last: Graph | undefined;
  const onPass = (_: string, graph: Graph) => void (last = graph);
  const path = familyModel(family);
  compile(await Deno.readFile(path), path, insertion, "adamw", {
    ...options,
    read: readRegion,
    verify: true,
    onPass,
  });
  return printGraph(last!);
}

if (import.meta.main) {
  for (const golden of GOLDEN) await Deno.writeTextFile(goldenFile(golden.name), await goldenText(golden));
}
