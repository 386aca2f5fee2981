// deno-lint-ignore-file no-console
/**
 * Reads the damaged copies of one kind of file, from a number on, without end: one line of JSON for each. `fuzz.ts` starts it,
 * and ends it where it hangs.
 *
 *   deno run test/fuzz/fuzz_worker.ts TARGET NUMBER
 *
 * @module
 */
import { runCase } from "./target.ts";
import { TARGETS } from "./targets.ts";

const [name, first] = Deno.args;
const target = await TARGETS.get(name ?? "")?.();
if (target === undefined) throw new Error(`no target is called '${name}'`);
const seeds = await target.seeds();
console.log(JSON.stringify("ready"));
for (let number = Number(first);; number++) console.log(JSON.stringify(await runCase(target, seeds, number)));
