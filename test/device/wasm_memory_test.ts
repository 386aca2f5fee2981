import { assertEquals, assertRejects } from "@std/assert";
import { DeviceError } from "../../src/device/device.ts";
import { WasmMemory } from "../../src/device/wasm_memory.ts";

/** A file of so many bytes, which takes no room on the disk. */
async function withFile(size: number, use: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile();
  try {
    await Deno.truncate(path, size);
    await use(path);
  } finally {
    await Deno.remove(path);
  }
}

const session = { name: "session", release: () => Promise.resolve() };
const open = () => Promise.resolve(session);

Deno.test("weights that WebAssembly's memory cannot hold are refused before they are read", async () => {
  await withFile(2 ** 31, async (path) => {
    const memory = new WasmMemory(), graph = { weights: new Map([["model.onnx", path]]) };
    const first = await memory.opened(graph, open);
    assertEquals(first.name, "session");
    await assertRejects(
      () => memory.opened(graph, () => Promise.reject(new Error("it was opened"))),
      DeviceError,
      "the weights take 2.0 GiB beside the 2.0 GiB of the graphs that are open, and WebAssembly's memory of 4.0 GiB holds at most 3.5 GiB of them: set 'device: cpu'",
    );
    await first.release();
    await memory.opened(graph, open);
  });
});

Deno.test("a session that cannot be opened leaves its room to others", async () => {
  await withFile(3 * 2 ** 30, async (path) => {
    const memory = new WasmMemory(), graph = { weights: new Map([["model.onnx", path]]) };
    await assertRejects(() => memory.opened(graph, () => Promise.reject(new Error("no"))), Error, "no");
    await memory.opened(graph, open);
  });
});

Deno.test("a full memory is said to be full, with the way out", async () => {
  const memory = new WasmMemory();
  await assertRejects(
    () =>
      memory.guard(() => Promise.reject(new Error("failed to call OrtRun(). error message: std::bad_alloc"))),
    DeviceError,
    "WebAssembly's memory of 4.0 GiB is full (Error: failed to call OrtRun(). error message: std::bad_alloc): set 'device: cpu'",
  );
  await assertRejects(
    () => memory.guard(() => Promise.reject(new TypeError("another"))),
    TypeError,
    "another",
  );
});
