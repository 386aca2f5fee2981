import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { compile, type Graph, savedActivationBytes } from "../../../src/compiler/mod.ts";
import { symbolsOf, termsOf } from "../../../src/compiler/graph/dimension.ts";
import { MINI } from "../../shared.ts";

const path: string = join(MINI, "onnx", "model.onnx");
const LAYERS = 4;
const WIDTH = 256;
const HEADS = 4;
const FLOAT = 4;

Deno.test("a step keeps memory in proportion to the batch and, but for attention, to the tokens", async () => {
  let step: Graph | undefined;
  compile(await Deno.readFile(path), path, "embedding-output", "adamw", {
    onPass: (_, graph) => step = graph,
  });
  const terms = new Map(termsOf(savedActivationBytes(step!)));
  for (const key of terms.keys()) {
    assert(symbolsOf(key).filter((symbol) => symbol === "batch").length <= 1, key);
  }
  // Attention's probabilities of all layers but the last, which has one query an example.
  assertEquals(terms.get("batch*sequence*sequence"), FLOAT * HEADS * (LAYERS - 1));
  const squares = [...terms.keys()].filter((key) =>
    symbolsOf(key).filter((s) => s === "sequence").length > 1
  );
  assertEquals(squares, ["batch*sequence*sequence"]);
  // A layer's queries, keys and values, what its two norms take in, and of its feed-forward, four times as wide, GELU's slope;
  // the last layer's keys and values. A few numbers a token more: the norms' means and deviations.
  const widths = (3 + 2 + 4) * (LAYERS - 1) + 2;
  const more = terms.get("batch*sequence")! / (FLOAT * WIDTH) - widths;
  assert(more >= 0 && more < 0.1, `${widths + more} numbers as wide as the model for each token`);
});
