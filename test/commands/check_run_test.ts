import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { call, inFolder, writeExperiment } from "./softprompt.ts";

const HARD = {
  name: "words",
  prompt: { kind: "hard", template: "{text} it was {mask} ." },
  training: undefined,
};

async function checkOf(results: string, ...path: string[]): Promise<Record<string, unknown>> {
  const environment = await Deno.readTextFile(join(results, ...path, "environment.json"));
  return JSON.parse(environment).self_check;
}

Deno.test("a run is compared with the model's own file once, and says what was found", () =>
  inFolder(async (folder) => {
    const file = await writeExperiment(folder, HARD), results: string = join(folder, "results");
    const run = (...args: string[]) => call(["run", file, "--results", results, ...args]);
    const first = await run();
    assertEquals(first.code, 0, first.stderr);
    const { difference, tolerance } = await checkOf(results, "words");
    assert(Number(difference) > 0 && Number(difference) < 1e-5, String(difference));
    assertEquals(tolerance, 1e-4);

    const cache: string = join(results, ".cache"),
      names = [...Deno.readDirSync(cache)].map(({ name }) => name);
    const kept: string = join(cache, names.find((name) => name.endsWith(".check.json"))!);
    await Deno.writeTextFile(kept, '{"difference":0.00005,"tolerance":0.0001}');
    assertEquals((await run("--set", "seed=1")).code, 0);
    assertEquals(await checkOf(results, "words", "seed=1"), { difference: 0.00005, tolerance: 1e-4 });

    await Deno.writeTextFile(kept, '{"difference":0.0');
    assertEquals((await run("--set", "seed=2")).code, 0);
    assertEquals((await checkOf(results, "words", "seed=2")).difference, difference);

    const unchecked = await run("--no-self-check", "--set", "seed=3");
    assertStringIncludes(
      unchecked.stderr,
      "warning: words/seed=3: what is compiled was not compared with the model's own file (--no-self-check)",
    );
    assertEquals(await checkOf(results, "words", "seed=3"), { skipped: "--no-self-check" });
  }));
