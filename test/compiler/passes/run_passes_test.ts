import { assertEquals, assertThrows } from "@std/assert";
import { Builder } from "../../../src/compiler/ops/builder.ts";
import type { Pass, PassStats } from "../../../src/compiler/passes/pass.ts";
import { joinGraphs, noGraph, PassOrderError, runPasses } from "../../../src/compiler/passes/run_passes.ts";

const b = new Builder("tiny.onnx");
const graph = b.graph(new Map([["y", b.negate(b.input("x", "float32", [3]))]]));

const MAKE: Pass = { name: "make", requires: [], ensures: ["imported"], run: () => graph };
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

Deno.test("a pass whose requirement does not hold is refused by name, and does not run", () => {
  const ran: string[] = [];
  const onPass = (name: string) => void ran.push(name);
  assertThrows(
    () => runPasses(noGraph("tiny.onnx"), [CANONICALIZE, MAKE], { onPass }),
    PassOrderError,
    "pass 'canonicalize' requires 'imported', and before it hold: nothing",
  );
  assertThrows(
    () => runPasses(noGraph("tiny.onnx"), [MAKE, AFTER_SIMPLIFY], { onPass }),
    PassOrderError,
    "pass 'fold' requires 'simplified', and before it hold: imported",
  );
  assertEquals(ran, ["make"]);
});

Deno.test("a graph is simplified until the next pass", () => {
  runPasses(noGraph("tiny.onnx"), [MAKE, SIMPLIFY, AFTER_SIMPLIFY]);
  assertThrows(
    () => runPasses(noGraph("tiny.onnx"), [MAKE, SIMPLIFY, CANONICALIZE, AFTER_SIMPLIFY]),
    PassOrderError,
    "pass 'fold' requires 'simplified', and before it hold: imported, canonical",
  );
});

Deno.test("x", () => {
  const one = runPasses(noGraph("tiny.onnx"), [MAKE, CANONICALIZE, SIMPLIFY]);
  const other = runPasses(noGraph("tiny.onnx"), [MAKE, SIMPLIFY]);
  assertEquals([...joinGraphs(one, other, (first) => first).holds], ["imported"]);
});
