/** A short form of `deno task fuzz`, which reads many more. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { ROOT } from "../shared.ts";
import { onnx } from "./onnx_target.ts";
import { runCase } from "./target.ts";
import { TARGETS } from "./targets.ts";

/** The damaged copies of each kind of file. */
const COPIES = 24;

/** A copy that takes longer hangs, in milliseconds. */
const LONGEST = 10_000;

for (const [name, load] of TARGETS) {
  Deno.test(`damaged copies of files are read or refused: ${name}`, async () => {
    const target = await load();
    const seeds = await target.seeds();
    for (let number = 0; number < COPIES; number++) {
      const start = performance.now();
      const { what, fault } = await runCase(target, seeds, number);
      assertEquals(fault, undefined, `${number} (${what})`);
      assert(performance.now() - start < LONGEST, `${number} (${what}) takes long`);
    }
  });
}

Deno.test("a damaged copy is the same one for the same number, and another one for another", async () => {
  const [bytes] = (await onnx.seeds()).values();
  const [one, again, other] = [7, 7, 8].map((seed) => onnx.mutate(bytes!, seed, ""));
  assertEquals(one, again);
  assert(one!.what !== other!.what);
});

Deno.test("the task starts with its own rights, and counts", async () => {
  const [, ...args] = config.tasks.fuzz.split(" ");
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args, "--only", "parquet", "--seconds", "1"],
    cwd: ROOT,
  }).output();
  const decoder = new TextDecoder();
  assertEquals(code, 0, decoder.decode(stderr));
  assertMatch(decoder.decode(stdout), /^parquet: \d+ \(/);
});
