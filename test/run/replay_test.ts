import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { call, inFolder, readLines, writeExperiment } from "../commands/softprompt.ts";
import { countGpuCalls } from "../device/gpu_calls.ts";
import { DEVICES } from "../devices.ts";

Deno.test({
  name: "a run replays its steps and answers, and gives the same bits with --no-replay",
  ignore: !DEVICES.includes("webgpu"),
  fn: () =>
    inFolder(async (folder) => {
      const file = await writeExperiment(folder, { device: "webgpu", evaluation: { batchSize: 4 } });
      const run = async (results: string, ...flags: readonly string[]) => {
        const path: string = join(folder, results);
        const calls = await countGpuCalls(async () => {
          const { code, stderr } = await call(["run", file, "--results", path, "--no-self-check", ...flags]);
          assertEquals(code, 0, stderr);
          assert(!stderr.includes("without a recording"), stderr);
        });
        const lines = await readLines(join(path, "small", "history.jsonl"));
        const [prompt, answers] = await Promise.all(
          ["prompt.safetensors", "predictions.jsonl"].map((name) => Deno.readFile(join(path, "small", name))),
        );
        return { calls, lines, prompt, answers };
      };
      const replayed = await run("replayed");
      const plain = await run("plain", "--no-replay");
      assertEquals(replayed.lines, plain.lines);
      assertEquals(replayed.prompt, plain.prompt);
      assertEquals(replayed.answers, plain.answers);
      assert(replayed.calls.submits < plain.calls.submits, `${replayed.calls.submits} submits`);
    }),
});
