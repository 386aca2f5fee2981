import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Device, type ResidentSession, scalarTensor } from "../../src/device/device.ts";
import { stepReplay } from "../../src/device/replay_of.ts";
import type { Parameters as TunedTensors } from "../../src/training/early_stopping.ts";
import { FusedSteps } from "../../src/training/fused_steps.ts";
import { tune, type Tuned, type TuningTask } from "../../src/training/trainer.ts";
import { countGpuCalls } from "../device/gpu_calls.ts";
import { DEVICES, sharedDevice } from "../devices.ts";
import { tinyBank, tinyTask } from "./tiny_task.ts";

async function ended(task: TuningTask): Promise<Tuned> {
  const running = tune(task);
  for (;;) {
    const { done, value } = await running.next();
    if (done) return value;
  }
}

/** Runs that differ in all that may differ: the seed, the number of steps, the step size, the batch size. */
async function differing(
  device: Device,
  options: Partial<Parameters<typeof tinyTask>[1]> = {},
): Promise<(TuningTask & { close(): Promise<void> })[]> {
  const task = await tinyTask(device, { steps: 12, logEvery: 4, ...options });
  const { spec } = task;
  const { epochs: _, ...rest } = spec;
  const optimizer = { ...spec.optimizer, learningRate: 0.1, weightDecay: 0.1 };
  return [
    task,
    { ...task, seed: 1, spec: { ...rest, steps: 7, clipNorm: 0.01, logEvery: 3 } },
    { ...task, seed: 2, spec: { ...spec, optimizer, batchSize: 5 } },
    { ...task, seed: 3, spec: { ...spec, accumulate: 2 } },
  ];
}

/** Runs with fused steps. */
async function endedTogether(tasks: readonly TuningTask[], bank: ResidentSession): Promise<Tuned[]> {
  const together = new FusedSteps(tasks.length);
  return await Promise.all(tasks.map(async (task, i) => {
    const seat = together.slots[i]!;
    try {
      return await ended({ ...task, trainStep: seat.session(bank) });
    } finally {
      seat.leave();
    }
  }));
}

for (const kind of DEVICES) {
  Deno.test(`fused runs on ${kind} have the same results as separate ones`, async () => {
    const device = await sharedDevice(kind);
    const tasks = await differing(device);
    const alone: Tuned[] = [];
    for (const task of tasks) alone.push(await ended(task));
    const bank = await tinyBank(device);
    let runs = 0;
    const counted = { ...bank, run: (feeds: Parameters<typeof bank.run>[0]) => (runs++, bank.run(feeds)) };
    const fused = await endedTogether(tasks, counted);
    for (const [i, { parameters: { prompt }, steps }] of fused.entries()) {
      const one = alone[i]!.parameters.prompt!.data as Float32Array;
      const moved = Math.max(
        ...one.map((x, at) => Math.abs(x - Number(tasks[i]!.parameters.prompt!.data[at]))),
      );
      const apart = Math.max(...one.map((x, at) => Math.abs(x - Number(prompt!.data[at]))));
      assertEquals(steps, alone[i]!.steps);
      assert(moved > 0.05 && apart < 2e-3 * moved, `run ${i}: ${apart} apart, ${moved} moved`);
    }
    assert(runs < 12 * 4 && runs >= 24, `${runs} runs of the bank`);
    await tasks[0]!.close();
    await bank.release();
  });
}

Deno.test({
  name: "fused runs on webgpu are replayed to the same bits",
  ignore: !DEVICES.includes("webgpu"),
  fn: async () => {
    const device = await sharedDevice("webgpu");
    const found: TunedTensors[] = [];
    const submits: number[] = [];
    for (const replay of [undefined, stepReplay((line) => assert(false, line))]) {
      // Of one shape, but for what remains when the second run has left.
      const tasks = await differing(device, {
        steps: 9,
        examples: 16,
        lengthStep: 8,
        ...(replay && { replay }),
      });
      const bank = await tinyBank(device, replay);
      const calls = await countGpuCalls(async () => {
        for (const { parameters } of await endedTogether(tasks, bank)) found.push(parameters);
      });
      submits.push(calls.submits);
      await tasks[0]!.close();
      await bank.release();
    }
    assertEquals(found.slice(4), found.slice(0, 4));
    assert(submits[1]! < 0.8 * submits[0]!, `${submits[1]} submits, and ${submits[0]} without recordings`);
  },
});

Deno.test("runs that fail, or have nothing to do, do not block the others", async () => {
  const device = await sharedDevice("cpu");
  const [task] = await differing(device);
  const bank = await tinyBank(device);
  const together = new FusedSteps(3);
  const [seat, failing, absent] = together.slots;
  const whole = ended({ ...task!, trainStep: seat!.session(bank) });
  const unfit = failing!.session(bank).run({ ...task!.verbalizer, step: scalarTensor(2) });
  absent!.leave();
  await assertRejects(() => unfit);
  failing!.leave();
  assertEquals((await whole).steps, 12);
  await task!.close();
  await bank.release();
});

Deno.test("fused runs go on from the newest step that all of them have, without those that left", async () => {
  const agreed = async (...offers: (number[] | undefined)[]) => {
    const { slots } = new FusedSteps(offers.length);
    return await Promise.all(
      offers.map((steps, i) => steps === undefined ? slots[i]!.leave() : slots[i]!.agree(steps)),
    );
  };
  assertEquals(await agreed([8, 4], [4, 2], [8, 4]), [4, 4, 4]);
  assertEquals(await agreed([8, 4], [8, 4]), [8, 8]);
  assertEquals(await agreed([8, 4], []), [0, 0]);
  assertEquals(await agreed([8, 4], undefined, [8]), [8, undefined, 8]);
  assertEquals(await agreed(undefined, [6]), [undefined, 6]);
});
