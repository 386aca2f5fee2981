import { assertEquals } from "@std/assert";
import { float32Tensor } from "../../src/device/device.ts";
import { entryOf, times } from "../../src/formats/embedding_scale.ts";

Deno.test("the square root of the vectors' size is the embedding module's, rounded to 16 bits or not", () => {
  const bfloat16 = 55.5; // of sqrt(3072)
  assertEquals([Math.sqrt(3072), bfloat16].map((scale) => entryOf(scale, 3072)), [
    "after-scale",
    "after-scale",
  ]);
  assertEquals([12, 54, 57].map((scale) => entryOf(scale, 3072)), [
    "before-scale",
    "before-scale",
    "before-scale",
  ]);
});

Deno.test("vectors times a number keep their shape, in float32", () => {
  const { data, dims } = times(float32Tensor(Float32Array.of(1, 2, 3, 4), [2, 2]), 0.1);
  assertEquals([[...data].map(Number), dims], [[0.1, 0.2, 0.3, 0.4].map(Math.fround), [2, 2]]);
});
