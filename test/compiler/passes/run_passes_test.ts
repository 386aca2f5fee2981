import { assertEquals, assertThrows } from "@std/assert";
import { Builder } from "../../../src/compiler/ops/builder.ts";
import type { Pass, PassStats } from "../../../src/compiler/passes/pass.ts";
import { joinGraphs, noGraph, PassOrderError, runPasses } from "../../../src/compiler/passes/run_passes.ts";

const b = new Builder("tiny.onnx");
const graph = b.graph(new Map([["y", b.negate(b.input("x", "float32", [3]))]]));

const MAKE: Pass = {
  name: "make",
  requires: ["no graph"],
  ensures: ["imported"],
  ends: ["no graph"],
  run: () => graph,
};
const CANONICALIZE: Pass = {
  name: "canonicalize",
  requires: ["imported"],
  ensures: ["canonical"],
  run(given, log) {
    log("recognized", "Gelu");
    log("recognized", "LayerNormalization");
    log("recognized", "Gelu");
    return given;
  },
};
const SIMPLIFY: Pass = { name: "simplify", requires: [], ensures: ["simplified"], run: (given) => given };
const LOWER: Pass = {
  name: "lower",
  requires: ["canonical"],
  ensures: [],
  ends: ["canonical"],
  run: (given) => given,
};
const AFTER_SIMPLIFY: Pass = { name: "fold", requires: ["simplified"], ensures: [], run: (given) => given };

Deno.test("passes run in order, and are reported with what they did", () => {
  const reported: [string, PassStats][] = [];
  const { holds } = runPasses(noGraph("tiny.onnx"), [MAKE, CANONICALIZE], {
    onPass: (name, made, stats) => {
      assertEquals(made, graph);
      reported.push([name, stats]);
    },
  });
  assertEquals(reported, [
    ["make", new Map()],
    ["canonicalize", new Map([["recognized", new Map([["Gelu", 2], ["LayerNormalization", 1]])]])],
  ]);
  assertEquals([...holds], ["imported", "canonical"]);
});

Deno.test("a pass whose requirement does not hold is refused by name, before any runs", () => {
  const ran: string[] = [];
  const onPass = (name: string) => void ran.push(name);
  assertThrows(
    () => runPasses(noGraph("tiny.onnx"), [CANONICALIZE, MAKE], { onPass }),
    PassOrderError,
    "pass 'canonicalize' requires 'imported', and before it hold: no graph",
  );
  assertThrows(
    () => runPasses(noGraph("tiny.onnx"), [MAKE, AFTER_SIMPLIFY], { onPass }),
    PassOrderError,
    "pass 'fold' requires 'simplified', and before it hold: imported",
  );
  assertEquals(ran, []);
});

Deno.test("what a pass ends is required in vain", () => {
  assertThrows(
    () => runPasses(noGraph("tiny.onnx"), [MAKE, CANONICALIZE, LOWER, LOWER]),
    PassOrderError,
    "pass 'lower' requires 'canonical', and before it hold: imported",
  );
});

Deno.test("a pass whose work is done already is refused by name", () => {
  assertThrows(
    () => runPasses(noGraph("tiny.onnx"), [MAKE, CANONICALIZE, CANONICALIZE]),
    PassOrderError,
    "pass 'canonicalize' ensures 'canonical', which holds before it",
  );
});

Deno.test("a graph is simplified until the next pass", () => {
  runPasses(noGraph("tiny.onnx"), [MAKE, SIMPLIFY, AFTER_SIMPLIFY]);
  assertThrows(
    () => runPasses(noGraph("tiny.onnx"), [MAKE, SIMPLIFY, CANONICALIZE, AFTER_SIMPLIFY]),
    PassOrderError,
    "pass 'fold' requires 'simplified', and before it hold: imported, canonical",
  );
});

Deno.test("two graphs that are joined keep the properties of both, but for those that end with the next pass", () => {
  const one = runPasses(noGraph("tiny.onnx"), [MAKE, CANONICALIZE, SIMPLIFY]);
  const other = runPasses(noGraph("tiny.onnx"), [MAKE, SIMPLIFY]);
  assertEquals([...joinGraphs(one, other, (first) => first).holds], ["imported"]);
});
