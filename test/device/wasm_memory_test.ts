import { assertEquals, assertRejects } from "@std/assert";
import { DeviceError } from "../../src/device/device.ts";
import { openWasm } from "../../src/device/wasm.ts";
import { WasmMemory } from "../../src/device/wasm_memory.ts";
import { ON_DISK } from "../../src/device/weight_files.ts";

const GIB = 2 ** 30;

const session = { name: "session", release: () => Promise.resolve() };
const open = () => Promise.resolve(session);

Deno.test("weights that WebAssembly's memory cannot hold are refused before they are read", async () => {
  const memory = new WasmMemory();
  const first = await memory.opened(2 * GIB, open);
  assertEquals(first.name, "session");
  await assertRejects(
    () => memory.opened(2 * GIB, () => Promise.reject(new Error("it was opened"))),
    DeviceError,
    "the weights take 2.0 GiB in addition to the 2.0 GiB of open graphs, but WebAssembly's memory of 4.0 GiB holds at most 3.5 GiB of them: set 'device: cpu'",
  );
  await first.release();
  await memory.opened(2 * GIB, open);
});

Deno.test("a session that cannot be opened leaves its room to others", async () => {
  const memory = new WasmMemory();
  await assertRejects(() => memory.opened(3 * GIB, () => Promise.reject(new Error("no"))), Error, "no");
  await memory.opened(3 * GIB, open);
});

Deno.test("the device refuses a graph whose weights are too large, by the size of their file", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.truncate(path, 4 * GIB); // takes no room on the disk
    const graph = { bytes: new Uint8Array(0), weights: new Map([["model.onnx", path]]) };
    const { open } = await openWasm(ON_DISK);
    await assertRejects(() => open(graph), DeviceError, "the weights take 4.0 GiB, but WebAssembly's memory");
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("a full memory is reported with the way out", async () => {
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
