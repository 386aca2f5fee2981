import { assertEquals, assertRejects } from "@std/assert";
import { DeviceError } from "../../src/device/device.ts";
import { DeviceWatch } from "../../src/device/device_watch.ts";

/** A device whose failures the test triggers. */
class Breakable extends EventTarget {
  private readonly losing = Promise.withResolvers<{ message: string }>();
  readonly lost = this.losing.promise;

  lose(message: string): void {
    this.losing.resolve({ message });
  }

  report(error: GPUError): void {
    this.dispatchEvent(Object.assign(new Event("uncapturederror"), { error }));
  }
}

function watched(): { device: Breakable; watch: DeviceWatch } {
  const device = new Breakable();
  return { device, watch: new DeviceWatch(device as unknown as GPUDevice, "Some GPU") };
}

Deno.test("work that never ends on a lost device fails, and so does all that follows", async () => {
  const { device, watch } = watched();
  assertEquals(await watch.guard(() => Promise.resolve(7)), 7);
  const hanging = watch.guard(() => new Promise(() => {}));
  device.lose("its driver was reset");
  const message = "the WebGPU device Some GPU was lost (its driver was reset)";
  await assertRejects(() => hanging, DeviceError, message);
  await assertRejects(() => watch.guard(() => Promise.resolve(7)), DeviceError, message);
});

Deno.test("memory that runs out while work seems to succeed is an error that names what to reduce", async () => {
  const { device, watch } = watched();
  await assertRejects(
    () =>
      watch.guard(() => {
        device.report(new GPUOutOfMemoryError("256 MiB"));
        return Promise.resolve(0);
      }),
    DeviceError,
    "ran out of memory (256 MiB): reduce 'training.batchSize' or 'evaluation.batchSize', or raise 'training.accumulate', or use --no-replay",
  );
});

Deno.test("an error that arrives before the loss of the device is reported as the loss", async () => {
  const { device, watch } = watched();
  await assertRejects(
    () =>
      watch.guard(() => {
        setTimeout(() => device.lose(""), 10);
        return Promise.reject(new Error("mapAsync failed"));
      }),
    DeviceError,
    "was lost",
  );
  const other = watched();
  await assertRejects(() => other.watch.guard(() => Promise.reject(new RangeError("not fed"))), RangeError);
});
