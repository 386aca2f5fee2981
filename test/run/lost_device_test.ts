import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { Feeds } from "../../src/device/device.ts";
import { HostSession } from "../../src/device/host_session.ts";
import { call, type Called, inFolder, readLines, writeExperiment } from "../commands/softprompt.ts";
import { DEVICES } from "../devices.ts";

function webgpuTest(name: string, test: () => Promise<void>): void {
  Deno.test({ name, ignore: !DEVICES.includes("webgpu"), fn: test });
}

/**
 * Loses the device while a batch is classified that is replayed, if `work` comes that far.
 *
 * @param replays the number of that batch among those that are replayed, from 1
 */
async function losing(
  replays: number,
  work: () => Promise<Called>,
): Promise<Called & { readonly isLost: boolean }> {
  const { requestDevice } = GPUAdapter.prototype;
  const { run } = HostSession.prototype;
  let device: GPUDevice | undefined;
  let left = replays;
  /** The shapes that were recorded, of which all further batches are replayed. */
  const recorded = new Set<string>();
  GPUAdapter.prototype.requestDevice = async function (...args) {
    return device = await requestDevice.apply(this, args);
  };
  HostSession.prototype.run = async function (feeds: Feeds, outputs) {
    const shape = Object.values(feeds).map(({ dims }) => dims.join("x")).join();
    const before = this.openingTime;
    const running = run.call(this, feeds, outputs);
    if (recorded.has(shape) && --left === 0) device?.destroy();
    const found = await running;
    if (this.openingTime !== before) recorded.add(shape);
    return found;
  };
  try {
    const called = await work();
    return { ...called, isLost: left <= 0 };
  } finally {
    GPUAdapter.prototype.requestDevice = requestDevice;
    HostSession.prototype.run = run;
  }
}

webgpuTest(
  "a device that is lost while a validation is replayed ends the run, and the same command goes on from its checkpoint",
  () =>
    inFolder(async (folder) => {
      const file = await writeExperiment(folder, {
        device: "webgpu",
        training: { batchSize: 4, steps: 6, logEvery: 1, validateEvery: 1 },
        evaluation: { batchSize: 4 },
      });
      const run = (results: string) =>
        call(["run", file, "--results", join(folder, results), "--no-self-check"]);
      const filesOf = async (results: string) => {
        const path = join(folder, results, "small");
        return [
          await readLines(join(path, "history.jsonl")),
          await Deno.readFile(join(path, "prompt.safetensors")),
          await Deno.readFile(join(path, "predictions.jsonl")),
        ];
      };
      // Of the first validation's fifteen batches at least eight of a shape come before its recording.
      const failed = await losing(9, () => run("lost"));
      assert(failed.isLost, failed.stderr);
      assertEquals(failed.code, 1, failed.stderr);
      assert(/the WebGPU device .* was lost/.test(failed.stderr), failed.stderr);
      assert(
        /the last good checkpoint is in .*: the same command resumes from it/.test(failed.stderr),
        failed.stderr,
      );
      const resumed = await run("lost");
      assertEquals(resumed.code, 0, resumed.stderr);
      assert(/resuming after step [1-9]/.test(resumed.stderr), resumed.stderr);
      const whole = await run("whole");
      assertEquals(whole.code, 0, whole.stderr);
      assertEquals(await filesOf("lost"), await filesOf("whole"));
    }),
);

webgpuTest(
  "a device that is lost while 'predict' replays its batches ends it with an error that says so",
  () =>
    inFolder(async (folder) => {
      const file = await writeExperiment(folder, { device: "webgpu", evaluation: { batchSize: 4 } });
      const ran = await call(["run", file, "--results", folder, "--no-self-check"]);
      assertEquals(ran.code, 0, ran.stderr);
      const texts = Array<string>(48).fill("a joy from start to end");
      const predict = () => call(["predict", join(folder, "small"), ...texts, "--results", folder]);
      const failed = await losing(1, predict);
      assert(failed.isLost, failed.stderr);
      assertEquals(failed.code, 1, failed.stderr);
      assert(/the WebGPU device .* was lost/.test(failed.stderr), failed.stderr);
      const { code, stderr } = await predict();
      assertEquals(code, 0, stderr);
    }),
);
