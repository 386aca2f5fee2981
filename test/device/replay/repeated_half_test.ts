import { assertEquals, assertThrows } from "@std/assert";
import type { Command } from "../../../src/device/replay/command.ts";
import { ReplayRefusal } from "../../../src/device/replay/refusal.ts";
import { repeatedHalf } from "../../../src/device/replay/repeated_half.ts";

const pipeline = { label: "" } as GPUComputePipeline;
const buffer = { label: "" } as GPUBuffer;

function dispatch(x: number): Command {
  return { kind: "dispatch", pipeline, groups: [{ label: `${0}` } as GPUBindGroup], size: [x, 1, 1] };
}

function copy(size: number): Command {
  return { kind: "copy", source: buffer, sourceOffset: 0, target: buffer, targetOffset: 16, size };
}

const [a, b, c] = [dispatch(1), dispatch(2), dispatch(3)];
const [d, e] = [copy(4), copy(8)];

Deno.test("a step is the first half of what is captured and replayed, with its copies", () => {
  assertEquals(repeatedHalf([a, d, b, e, a, b]), [a, d, b, e]);
  assertEquals(repeatedHalf([a, d, b, e, a, d, b, e]), [a, d, b, e]);
});

Deno.test("commands that do not repeat are refused", () => {
  for (const commands of [[], [d], [a], [a, b, c], [a, b, a, c], [a, b, b, a], [a, d, b, a, e, b]]) {
    assertThrows(
      () => repeatedHalf(commands),
      ReplayRefusal,
      "when it repeats|does not repeat".split("|")[commands.at(4) === e ? 0 : 1]!,
    );
  }
  // The same numbers in other buffers are another command.
  assertThrows(() => repeatedHalf([a, dispatch(1)]), ReplayRefusal);
});
