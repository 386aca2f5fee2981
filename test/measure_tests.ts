/**
 * Writes `timings.json`: the seconds of every file with tests that takes long by itself, from one run of each, one after the other.
 *
 *   deno task test:timings
 *
 * @module
 */
import { join } from "@std/path";
import { ROOT } from "./shared.ts";
import { testCommand } from "./test_command.ts";
import { findFiles, isTestFile } from "./test_files.ts";

/** Less is not written down: much of it is the start of Deno. */
const LEAST_SECONDS = 2;

const timings: Record<string, number> = {};
for (const file of (await findFiles(["test"])).filter(isTestFile).sort()) {
  const start = performance.now();
  const { success } = await testCommand([file], 1).output();
  const seconds = (performance.now() - start) / 1000;
  if (!success) throw new Error(`${file} fails: its time is not written down`);
  if (seconds >= LEAST_SECONDS) timings[file] = Math.round(seconds);
}
await Deno.writeTextFile(join(ROOT, "test/timings.json"), `${JSON.stringify(timings, null, 2)}\n`);
