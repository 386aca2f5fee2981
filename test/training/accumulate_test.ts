import { assert, assertEquals } from "@std/assert";
import { openCpu } from "../../src/device/cpu.ts";
import type { Device, Tensor } from "../../src/device/device.ts";
import { tune } from "../../src/training/trainer.ts";
import { DEVICES, sharedDevice, stepsOn } from "../devices.ts";
import { tinyTask } from "./tiny_task.ts";

async function tuned(device: Device, options: Parameters<typeof tinyTask>[1]): Promise<Tensor> {
  const task = await tinyTask(device, options);
  const running = tune(task);
  for (;;) {
    const { done, value } = await running.next();
    if (!done) continue;
    await task.close();
    return value.parameters.prompt!;
  }
}

for (const [what, weighing] of [["", {}], [" of weighted examples", { classWeights: [0.2, 4] }]] as const) {
  Deno.test(`a compiled step${what} taken in parts tunes the prompt that it tunes in one, up to rounding`, async () => {
    const options = { steps: 8, logEvery: 10, ...weighing };
    const cpu = await openCpu();
    const start = await tinyTask(cpu, options);
    await start.close();
    const whole = (await tuned(cpu, options)).data as Float32Array;
    for (const accumulate of [2, 3]) {
      const parts = (await tuned(cpu, { ...options, accumulate })).data as Float32Array;
      const moved = Math.max(...whole.map((x, i) => Math.abs(x - Number(start.parameters.prompt!.data[i]))));
      const apart = Math.max(...whole.map((x, i) => Math.abs(x - parts[i]!)));
      assert(moved > 0.1 && apart < 1e-3 * moved, `${apart} apart, ${moved} moved`);
    }
  });
}

Deno.test("a model that reads padding is tuned as with a mask: its batches are taken in parts of one length", async () => {
  const cpu = await openCpu();
  const start = await tinyTask(cpu, { steps: 8, logEvery: 10 });
  await start.close();
  const masked = (await tuned(cpu, { steps: 8, logEvery: 10 })).data as Float32Array;
  for (const accumulate of [1, 2]) {
    const { data } = await tuned(cpu, { steps: 8, logEvery: 10, accumulate, takesMask: false });
    const moved = Math.max(...masked.map((x, i) => Math.abs(x - Number(start.parameters.prompt!.data[i]))));
    const apart = Math.max(...masked.map((x, i) => Math.abs(x - Number(data[i]))));
    assert(moved > 0.1 && apart < 1e-3 * moved, `${apart} apart, ${moved} moved`);
  }
});

for (const kind of DEVICES) {
  const steps = stepsOn(kind, 200, 50);
  Deno.test(`${steps} steps on ${kind} give the same bits twice`, async () => {
    const bits = async () => (await tuned(await sharedDevice(kind), { steps, logEvery: 50 })).data;
    assertEquals(await bits(), await bits());
  });
}
