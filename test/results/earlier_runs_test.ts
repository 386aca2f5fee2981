import { assertEquals } from "@std/assert";
import { estimateSeconds, type Throughput } from "../../src/results/earlier_runs.ts";

const run = (length: number, examplesPerSecond: number, rest: Partial<Throughput> = {}): Throughput => ({
  modelSha256: "a",
  device: "cpu",
  length,
  examplesPerSecond,
  otherSeconds: 2,
  ...rest,
});

Deno.test("a run's time is estimated by those of the same model, device and kind whose prompt is nearest in length", () => {
  const earlier = [
    run(5, 100),
    run(20, 50),
    run(20, 25),
    run(0, 1000),
    run(20, 1, { modelSha256: "b" }),
    run(20, 1, { device: "wasm" }),
  ];
  const estimate = (length: number, device: Throughput["device"] = "cpu") =>
    estimateSeconds({ modelSha256: "a", device, length, examples: 1000 }, earlier);
  assertEquals(estimate(4), 12);
  assertEquals(estimate(30), 42);
  assertEquals(estimate(0), 3);
  assertEquals(estimate(5, "webgpu"), undefined);
});
