import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Device } from "../../src/device/device.ts";
import { Stopwatch } from "../../src/device/stopwatch.ts";

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A device that takes its time: 20 ms to open a graph, 40 ms to run it. */
const slow: Device = {
  kind: "cpu",
  description: "slow",
  accelerated: false,
  float16: false,
  open,
  openResident: open,
};

async function open() {
  await wait(20);
  return {
    inputNames: ["x"],
    run: async () => {
      await wait(40);
      return {};
    },
    release: () => Promise.resolve(),
  };
}

Deno.test("what a run waits for is counted where it belongs", async () => {
  const stopwatch = new Stopwatch();
  const device = stopwatch.watch(slow);
  assertEquals([device.kind, device.description], ["cpu", "slow"]);
  const session = await device.open({ bytes: new Uint8Array(), weights: new Map() });
  assertEquals(session.inputNames, ["x"]);
  for (let i = 0; i < 2; i++) await session.run({});
  const { wall, compiling, opening, running } = stopwatch.timing;
  assert(compiling === 0 && opening >= 0.019 && running >= 0.078, `${opening} and ${running} seconds`);
  assert(wall >= opening + running - 0.001, `${wall} seconds`);
});

Deno.test("work that fails is counted and fails", async () => {
  const stopwatch = new Stopwatch();
  await assertRejects(
    () =>
      stopwatch.count("compiling", async () => {
        await wait(20);
        throw new RangeError("broken");
      }),
    RangeError,
    "broken",
  );
  assert(stopwatch.timing.compiling >= 0.019);
});

Deno.test("what a run spends on recording itself is opening, and not running", async () => {
  const stopwatch = new Stopwatch();
  let openingTime = 100;
  const session = stopwatch.timed({
    inputNames: [],
    get openingTime() {
      return openingTime;
    },
    run: async () => {
      await wait(40);
      openingTime += 30;
      return {};
    },
    release: () => Promise.resolve(),
  });
  await session.run({});
  const { opening, running } = stopwatch.timing;
  assertEquals(opening, 0.03);
  assert(running >= 0.009 && running < 0.039, `${running} seconds`);
});

Deno.test("a part of a kind of work that is of another is counted once", async () => {
  const stopwatch = new Stopwatch();
  await stopwatch.count("checking", async () => {
    await wait(20);
    await stopwatch.countApart("opening", "checking", () => wait(60));
  });
  const { wall, checking = 0, opening } = stopwatch.timing;
  assert(opening >= 0.059 && checking >= 0.019, `${opening} and ${checking} seconds`);
  assert(wall >= opening + checking - 0.001, `${wall} seconds`);
});
