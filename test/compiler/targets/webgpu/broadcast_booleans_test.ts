import { assertEquals } from "@std/assert";
import { broadcastBooleans } from "../../../../src/compiler/targets/webgpu/broadcast_booleans.ts";
import { Builder } from "../../../../src/compiler/ops/builder.ts";
import { emit } from "../../../../src/compiler/backend/emit.ts";
import { type Graph, liveNodes } from "../../../../src/compiler/graph/graph.ts";
import { float32Tensor } from "../../../../src/device/device.ts";
import { DEVICES, sharedDevice } from "../../../devices.ts";

const LONG = 12;
const SIDES = { rows: [1, LONG, 1], columns: [2, 1, LONG], whole: [1, LONG, LONG] } as const;

/** Truths that differ within every four: numbers above one half. */
function numbers(name: keyof typeof SIDES) {
  const dims: readonly number[] = SIDES[name];
  const size = dims.reduce((a, b) => a * b, 1);
  return float32Tensor(
    Float32Array.from({ length: size }, (_, i) => (i * i + dims.length + size) % 3 === 0 ? 1 : 0),
    dims,
  );
}

/** One operator after the other on the same session, a side repeated along the last axis before one that is not. */
function graphOf(op: "And" | "Or" | "Xor"): Graph {
  const b = new Builder("test");
  const truths = (name: keyof typeof SIDES) =>
    b.op("Greater", [b.input(name, "float32", SIDES[name]), b.scalar(0.5)]);
  const [rows, columns, whole] = [truths("rows"), truths("columns"), truths("whole")];
  const narrow = b.op(op, [whole, rows]);
  const wide = b.op(op, [narrow, columns]);
  const same = b.op(op, [wide, wide]);
  const outputs = { narrow, wide, same };
  return b.graph(
    new Map(Object.entries(outputs).map(([name, value]) => [name, b.op("Cast", [value], { to: 1 })])),
  );
}

const TRUTHS: readonly ["And" | "Or" | "Xor", (a: boolean, b: boolean) => boolean][] = [
  ["And", (a, b) => a && b],
  ["Or", (a, b) => a || b],
  ["Xor", (a, b) => a !== b],
];

for (const kind of DEVICES) {
  for (const [op, truth] of TRUTHS) {
    Deno.test(`${op} of truths that are broadcast is right on ${kind}, at a length divisible by 4`, async () => {
      const device = await sharedDevice(kind);
      const graph = broadcastBooleans(graphOf(op));
      const session = await device.open({ bytes: emit(graph, "test").bytes, weights: new Map() });
      const feeds = { rows: numbers("rows"), columns: numbers("columns"), whole: numbers("whole") };
      const { narrow, wide } = await session.run(feeds);
      await session.release();
      const at = (name: keyof typeof SIDES, i: number) => feeds[name].data[i] === 1;
      const places = Array.from(
        { length: LONG * LONG },
        (_, i) => ({ i, row: Math.floor(i / LONG), column: i % LONG }),
      );
      const expected = places.map(({ i, row }) => truth(at("whole", i), at("rows", row)));
      assertEquals(Array.from(narrow!.data, Number), expected.map(Number));
      assertEquals(
        Array.from(wide!.data, Number),
        [0, 1].flatMap((batch) =>
          places.map(({ i, column }) => Number(truth(expected[i]!, at("columns", batch * LONG + column))))
        ),
      );
    });
  }
}

Deno.test("truths of one shape are left as they are", () => {
  const ops = liveNodes(broadcastBooleans(graphOf("And"))).map(({ op }) => op);
  assertEquals(ops.filter((op) => op === "And").length, 1);
  assertEquals(ops.filter((op) => op === "Mul").length, 2);
});
