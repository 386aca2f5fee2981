// deno-lint-ignore-file no-console
/**
 * Runs tests, several files at a time, and lists the slowest. Types are checked by `deno task check`.
 *
 *   deno run test/suite.ts [what deno test takes]
 *
 * @module
 */
import { unescape } from "@std/html/entities";
import { DOMParser } from "linkedom";
import { V8_FLAGS } from "./v8_flags.ts";

/** Tests that are listed. */
const LISTED = 20;

/** Files that are tested at a time: one more than there are cores, as some wait for a kill, a device or a browser. */
const JOBS = navigator.hardwareConcurrency + 1;

const report = await Deno.makeTempFile({ suffix: ".xml" });
const { code } = await new Deno.Command(Deno.execPath(), {
  args: [
    "test",
    "--no-check",
    "--allow-all",
    "--parallel",
    `--preload=${import.meta.resolve("./one_thread.ts")}`,
    `--junit-path=${report}`,
    ...Deno.args,
  ],
  env: { DENO_JOBS: String(JOBS), DENO_V8_FLAGS: V8_FLAGS },
  stdout: "inherit",
  stderr: "inherit",
}).output();
const lines = slowest(await Deno.readTextFile(report));
await Deno.remove(report);
if (lines.length > 0) console.log(["the slowest tests, in seconds:", ...lines].join("\n"));
Deno.exit(code);

/** The slowest tests of a report in JUnit's format, the slowest first. */
function slowest(xml: string): string[] {
  return [...new DOMParser().parseFromString(xml, "text/xml").querySelectorAll("testcase")]
    .map((test) => ({
      name: unescape(test.getAttribute("name") ?? ""),
      seconds: Number(test.getAttribute("time")),
    }))
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, LISTED)
    .map(({ name, seconds }) => `${seconds.toFixed(1).padStart(7)}  ${name}`);
}
