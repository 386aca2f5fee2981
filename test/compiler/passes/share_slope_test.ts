import { assert, assertEquals } from "@std/assert";
import { symbol } from "../../../src/compiler/graph/dimension.ts";
import { type Graph, liveNodes } from "../../../src/compiler/graph/graph.ts";
import type { OperatorAttributes } from "../../../src/compiler/graph/operator_attributes.ts";
import { Builder } from "../../../src/compiler/ops/builder.ts";
import { differentiate } from "../../../src/compiler/passes/differentiate.ts";
import { shareSlope } from "../../../src/compiler/passes/share_slope.ts";
import { simplify } from "../../../src/compiler/passes/simplify.ts";
import { chooseDevice } from "../../../src/device/choose.ts";
import { emit } from "../../../src/compiler/backend/emit.ts";
import { float32Tensor } from "../../../src/device/device.ts";
import { DEVICES } from "../../devices.ts";

/** An activation, and its function and slope in float64. */
interface Case {
  readonly op: "com.microsoft.Gelu" | "com.microsoft.FastGelu" | "com.microsoft.QuickGelu";
  readonly attributes?: OperatorAttributes["com.microsoft.QuickGelu"];
  readonly function: (x: number) => number;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const CASES: readonly Case[] = [
  { op: "com.microsoft.Gelu", function: (x) => x * (1 + erf(x / Math.SQRT2)) / 2 },
  {
    op: "com.microsoft.FastGelu",
    function: (x) => x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))) / 2,
  },
  { op: "com.microsoft.QuickGelu", function: (x) => x * sigmoid(1.702 * x) },
  { op: "com.microsoft.QuickGelu", attributes: { alpha: { float: 1 } }, function: (x) => x * sigmoid(x) },
];

/** The error function, by Simpson's rule. */
function erf(x: number): number {
  const steps = 2000;
  const height = (i: number) => Math.exp(-((x * i / steps) ** 2));
  let sum = height(0) + height(steps);
  for (let i = 1; i < steps; i++) sum += (i % 2 === 1 ? 4 : 2) * height(i);
  return 2 / Math.sqrt(Math.PI) * sum * x / (3 * steps);
}

function stepOf({ op, attributes = {} }: Case): Graph {
  const b = new Builder("test");
  const x = b.input("x", "float32", [symbol("batch")]);
  const [y] = b.checkedNode(op, [x], attributes);
  const outputs = new Map([["y", y!], ["total", b.reshape(b.sum(y!, [0]), [])]]);
  return differentiate(b.graph(outputs), "total", x);
}

for (const kind of DEVICES) {
  for (const one of CASES) {
    const name = `${one.op} ${JSON.stringify(one.attributes ?? {})}`;
    Deno.test(`${name} is computed with its slope, far from 0, too, on ${kind}`, async () => {
      const shared = simplify(shareSlope(simplify(stepOf(one))));
      assertEquals(liveNodes(shared).filter(({ op }) => op === one.op).length, 0);
      const session = await (await chooseDevice(kind, () => {})).open({
        bytes: emit(shared, "test").bytes,
        weights: new Map(),
      });
      const x = Float32Array.from({ length: 241 }, (_, i) => (i - 120) / 4);
      const { y, gradient } = await session.run({ x: float32Tensor(x, [x.length]) });
      await session.release();
      for (const [i, at] of x.entries()) {
        const slope = (one.function(at + 1e-5) - one.function(at - 1e-5)) / 2e-5;
        const off = [Number(y!.data[i]) - one.function(at), Number(gradient!.data[i]) - slope];
        assert(Math.max(...off.map(Math.abs)) < 1e-5 * (1 + Math.abs(at)), `off by ${off} at ${at}`);
      }
    });
  }
}

Deno.test("an activation whose slope nothing needs stays one node", () => {
  for (const { op } of CASES) {
    const b = new Builder("test");
    const graph = b.graph(new Map([["y", b.op(op, [b.input("x", "float32", [3])])]]));
    assertEquals(liveNodes(shareSlope(graph)).map((node) => node.op), [op]);
  }
});
