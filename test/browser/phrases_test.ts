import { assertEquals } from "@std/assert";
import { shownDevice } from "../../src/browser/phrases.ts";

Deno.test("a WebGPU device is named in both languages", () => {
  const webgpu = { kind: "webgpu" } as const;
  assertEquals(
    shownDevice({ ...webgpu, description: "WebGPU on nvidia lovelace", accelerated: true }),
    { en: "WebGPU on nvidia lovelace", zh: "WebGPU（nvidia lovelace）" },
  );
  assertEquals(
    shownDevice({ ...webgpu, description: "WebGPU on llvmpipe (LLVM 19) (software)", accelerated: false }),
    { en: "WebGPU on llvmpipe (LLVM 19) (software)", zh: "WebGPU（llvmpipe (LLVM 19)，软件模拟）" },
  );
});
