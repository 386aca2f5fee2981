import { assertEquals } from "@std/assert";
import { float32Tensor } from "../../src/device/device.ts";
import { times } from "../../src/formats/embedding_scale.ts";

Deno.test("vectors times a number keep their shape, in float32", () => {
  const { data, dims } = times(float32Tensor(Float32Array.of(1, 2, 3, 4), [2, 2]), 0.1);
  assertEquals([[...data].map(Number), dims], [[0.1, 0.2, 0.3, 0.4].map(Math.fround), [2, 2]]);
});
