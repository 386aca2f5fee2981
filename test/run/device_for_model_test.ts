import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { deviceForModel } from "../../src/run/device_for_model.ts";
import { exitCodeOf, messageOf, WRONG_USE } from "../../src/terminal/exit_codes.ts";
import { CompileError } from "../../src/compiler/mod.ts";
import { openCpu } from "../../src/device/cpu.ts";
import { DeviceError } from "../../src/device/device.ts";
import { tinyModel } from "../compiler/tiny_model.ts";

const cpu = await openCpu(1);

Deno.test("a compiled graph that cannot be opened is reported with the model's file and ONNX Runtime's error as the cause", async () => {
  const bytes = tinyModel(["input_ids"], [["MatMulInteger", ["scores", "scores"], ["logits"]]], {
    scores: [2, 2],
  });
  const device = deviceForModel(cpu, "some/model.onnx");
  const graph = { bytes, weights: new Map() };
  for (const open of [device.open, device.openResident]) {
    const error = await assertRejects(
      () => open(graph),
      CompileError,
      "some/model.onnx: the graph compiled from it does not open in ONNX Runtime: ",
    );
    assertEquals(exitCodeOf(error), WRONG_USE);
    assertEquals(messageOf(error).includes("unexpected"), false);
    assertEquals((error.cause as Error).name, "Error");
  }
});

for (
  const error of [
    new DeviceError("the device was lost"),
    new Error("std::bad_alloc"),
    new Error("Failed to allocate memory for requested buffer of size 1024"),
    new Deno.errors.NotFound("weights"),
    new TypeError("ours"),
  ]
) {
  Deno.test(`errors that are not the graph's are passed on unchanged: ${error.message}`, async () => {
    const device = deviceForModel({ ...cpu, open: () => Promise.reject(error) }, "some/model.onnx");
    const told = await assertRejects(() => device.open({ bytes: new Uint8Array(), weights: new Map() }));
    assertStrictEquals(told, error);
  });
}
