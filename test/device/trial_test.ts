import { assertRejects } from "@std/assert";
import type { OrtModule } from "../../src/device/ort_session.ts";
import { tryProvider } from "../../src/device/trial.ts";

const ort = await import("onnxruntime-node") as unknown as OrtModule;

Deno.test("a provider that computes passes its trial", () =>
  tryProvider(ort, { executionProviders: ["cpu"] }));

Deno.test("a provider that is not there fails it", async () => {
  await assertRejects(() => tryProvider(ort, { executionProviders: ["none"] }), Error, "none");
});
