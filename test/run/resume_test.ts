import { assertEquals } from "@std/assert";
import { call, exists, inFolder, start, writeExperiment } from "../commands/softprompt.ts";
import { join } from "@std/path";

Deno.test("a run that does not go on from where it was interrupted says why", () =>
  inFolder(async (folder) => {
    const training = { batchSize: 1, epochs: 200, logEvery: 5 };
    const file = await writeExperiment(folder, { training });
    const partial = join(folder, "small.partial");
    const interrupt = async (name: string) => {
      const child = start(["run", file, "--results", folder]);
      const ended = child.output();
      while (!await exists(partial, name)) await new Promise((resolve) => setTimeout(resolve, 5));
      child.kill("SIGKILL");
      await ended;
    };
    const said = async () => {
      const { code, stderr } = await call(["run", file, "--results", folder]);
      assertEquals(code, 0, stderr);
      return stderr.split("\n").filter((line) => line.includes("tuning starts from the beginning"));
    };
    await interrupt("checkpoint.safetensors");
    await writeExperiment(folder, { training: { ...training, epochs: 1 } });
    assertEquals(await said(), [
      "small: its checkpoint is of another experiment, model or data: tuning starts from the beginning",
    ]);
    await writeExperiment(folder, { training: { ...training, epochs: 2 } });
    await interrupt("content_hash");
    assertEquals(await said(), [
      "small: it ended before its first checkpoint: tuning starts from the beginning",
    ]);
  }));
