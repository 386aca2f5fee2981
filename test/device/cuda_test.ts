import { assertEquals, assertMatch } from "@std/assert";
import { openCuda } from "../../src/device/cuda.ts";
import { DeviceError } from "../../src/device/device.ts";

Deno.test("CUDA names itself, or is refused with what to install", async () => {
  try {
    assertEquals((await openCuda()).kind, "cuda");
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    assertMatch(
      error.message,
      /for Linux on x64 only|needs an NVIDIA driver.*--onnxruntime-node-install=cuda12.*'device:'/,
    );
  }
});
