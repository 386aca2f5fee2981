import { assertEquals, assertRejects } from "@std/assert";
import type { SentenceClassifier } from "../../src/browser/classify.ts";
import type { WantedDevice } from "../../src/browser/choose.ts";
import { type OpenDevice, PageDevice } from "../../src/browser/page_device.ts";
import { type Device, DeviceError } from "../../src/device/device.ts";

/** A device of a page, and what happens to it. */
function pageDevice(failing: WantedDevice[] = []): { device: PageDevice; events: string[] } {
  const events: string[] = [];
  const open = (wanted: WantedDevice): Promise<OpenDevice> => {
    events.push(`open ${wanted}`);
    const at = failing.indexOf(wanted);
    if (at >= 0) {
      failing.splice(at, 1);
      return Promise.reject(new Error("no answer"));
    }
    const kind = wanted === "auto" ? "webgpu" : wanted;
    return Promise.resolve({
      device: { kind } as Device,
      classifier: {} as SentenceClassifier,
    });
  };
  const device = new PageDevice("auto", open, ({ message }) => events.push(`failed: ${message}`));
  return { device, events };
}

const kindOf = ({ device: { kind } }: OpenDevice) => Promise.resolve(kind);

/** Work that WebGPU fails at. */
const lost = ({ device: { kind } }: OpenDevice) =>
  kind === "webgpu" ? Promise.reject(new DeviceError("lost")) : Promise.resolve(kind);

Deno.test("where WebGPU fails, its work is done again on WebAssembly, and so is all that follows", async () => {
  const { device, events } = pageDevice();
  assertEquals(await device.use(kindOf), "webgpu");
  assertEquals(await Promise.all([device.use(lost), device.use(kindOf)]), ["wasm", "wasm"]);
  assertEquals(events, ["open auto", "failed: lost", "open wasm"]);
});

Deno.test("other errors, and those of WebAssembly, leave the device as it is", async () => {
  const { device, events } = pageDevice();
  await assertRejects(() => device.use(() => Promise.reject(new Error("wrong input"))), Error, "wrong input");
  assertEquals(await device.use(kindOf), "webgpu");
  await device.use(lost);
  await assertRejects(() => device.use(() => Promise.reject(new DeviceError("memory is full"))), DeviceError);
  assertEquals(await device.use(kindOf), "wasm");
  assertEquals(events, ["open auto", "failed: lost", "open wasm"]);
});

Deno.test("a device that failed to open is opened by the next work", async () => {
  const { device, events } = pageDevice(["auto", "wasm"]);
  await assertRejects(() => device.use(kindOf), Error, "no answer");
  assertEquals(await device.use(kindOf), "webgpu");
  await assertRejects(() => device.use(lost), Error, "no answer");
  assertEquals(await device.use(kindOf), "wasm");
  assertEquals(events, ["open auto", "open auto", "failed: lost", "open wasm", "open wasm"]);
});
