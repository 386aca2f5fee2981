import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { lockPath } from "../../src/disk/lock.ts";
import { call, exists, inFolder, writeExperiment } from "../commands/softprompt.ts";
import { until } from "./until.ts";

Deno.test("a run that another machine has taken over writes nothing more", () =>
  inFolder(async (folder) => {
    const file = await writeExperiment(folder, { training: { batchSize: 8, epochs: 200 } });
    const results = join(folder, "results");
    const partial = join(results, "small.partial");
    const running = call(["run", file, "--results", results]);
    await until("a checkpoint", () => exists(partial, "checkpoint.safetensors"), 1);
    await Deno.writeTextFile(
      `${lockPath(results, "small")}.owner`,
      JSON.stringify({ token: "another", host: "elsewhere" }),
    );
    const { code, stderr } = await running;
    assertEquals(code, 1, stderr);
    assertStringIncludes(stderr, "another machine goes on with the run");
    assertEquals(await exists(results, "small"), false);
    assertEquals(await exists(partial, "metrics.json"), false, "it does not even say that it failed");
    assertEquals(await exists(`${lockPath(results, "small")}.owner`), true, "the other's lock stays");
  }));
