import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { parse } from "yaml";
import { ROOT } from "../shared.ts";
import { call, inFolder, writeExperiment } from "./softprompt.ts";

const VARIANTS = ["seed=0", "seed=1"];

/** Writes a program `softprompt` that starts this one, as an image has it. */
async function writeProgram(folder: string): Promise<void> {
  const preload = join(ROOT, "test/one_thread.ts");
  const main = join(ROOT, "src/main.ts");
  await Deno.mkdir(folder);
  await Deno.writeTextFile(
    join(folder, "softprompt"),
    `#!/bin/sh\nexec '${Deno.execPath()}' run -qA --preload='${preload}' '${main}' "$@"\n`,
    { mode: 0o755 },
  );
}

Deno.test({
  name:
    "the containers of a submission to Kubernetes make the results and the summary of a batch on one machine",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (folder) => {
      const file = await writeExperiment(folder, {
        training: { batchSize: 8, steps: 2 },
        sweep: { seed: [0, 1] },
      });
      await Deno.writeTextFile(
        join(folder, "cluster.yaml"),
        "{ engine: kubernetes, results: results, tasks: { minutes: 1, atOnce: 2 }, kubernetes: { image: i, claim: on } }",
      );
      const dry = await call(["submit", file, "--cluster", join(folder, "cluster.yaml"), "--dry-run"]);
      assertEquals(dry.code, 0, dry.stderr);
      const { spec } = parse(dry.stdout, { version: "1.1" });
      assertEquals(
        spec.template.spec.volumes[0].persistentVolumeClaim.claimName,
        "on",
        "kubectl reads YAML 1.1",
      );
      assertEquals(spec.completions, 2);
      await writeProgram(join(folder, "bin"));
      const [{ command: [shell, ...args], env }] = spec.template.spec.containers;
      for (let index = 0; index < spec.completions; index++) {
        const own = env.map(({ name, value }: Record<string, string>) => [name, value]);
        const { code, stderr } = await new Deno.Command(shell, {
          args,
          env: {
            ...Object.fromEntries(own),
            JOB_COMPLETION_INDEX: String(index),
            PATH: `${join(folder, "bin")}:/usr/bin:/bin`,
            NO_COLOR: "1",
          },
        }).output();
        assertEquals(code, 0, new TextDecoder().decode(stderr));
      }
      const status = await call(["status", join(folder, "results"), "--fail-on-unfinished"]);
      assertEquals(status.code, 0);
      assertStringIncludes(status.stdout, ": 2 complete\nnothing is left to do");

      assertEquals((await call(["batch", file, "--results", join(folder, "whole")])).code, 0);
      for (const name of ["prompt.safetensors", "predictions.jsonl", "history.jsonl"]) {
        for (const variant of VARIANTS) {
          const read = (results: string) => Deno.readFile(join(folder, results, "small", variant, name));
          assertEquals(await read("results"), await read("whole"), `${variant}/${name}`);
        }
      }
      const { rows } = JSON.parse(await Deno.readTextFile(join(folder, "results/small/summary.json")));
      assertEquals(rows.map(({ variant, status }: Record<string, string>) => [variant, status]), [
        ["seed=0", "complete"],
        ["seed=1", "complete"],
      ]);
    }),
});
