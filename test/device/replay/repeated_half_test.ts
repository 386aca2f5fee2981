import { assertEquals, assertThrows } from "@std/assert";
import type { Command } from "../../../src/device/replay/command.ts";
import { ReplayRefusal } from "../../../src/device/replay/refusal.ts";
import { repeatedHalf } from "../../../src/device/replay/repeated_half.ts";

const pipeline = { label: "" } as GPUComputePipeline;
const buffer = { label: "" } as GPUBuffer;

/** A dispatch with a bind group of its own. */
function dispatch(x: number): Command {
  return { kind: "dispatch", pipeline, groups: [{ label: "" } as GPUBindGroup], size: [x, 1, 1] };
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
  for (const commands of [[], [d], [a], [a, b, c], [a, b, a, c], [a, b, b, a], [a, dispatch(1)]]) {
    assertThrows(() => repeatedHalf(commands), ReplayRefusal, "does not repeat what it captures");
  }
  assertThrows(() => repeatedHalf([a, d, b, a, e, b]), ReplayRefusal, "copies something else");
});
