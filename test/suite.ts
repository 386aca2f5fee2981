// deno-lint-ignore-file no-console
/**
 * Runs tests and the examples of comments, several groups of files at a time, and lists the slowest. Types are checked by `deno task check`.
 *
 *   deno run test/suite.ts [--quick] [what deno test takes]
 *
 * @module
 */
import { unescape } from "@std/html/entities";
import { join } from "@std/path";
import { DOMParser } from "linkedom";
import { parseSuiteArguments } from "./suite_arguments.ts";
import { testCommand } from "./test_command.ts";
import { findFiles, isTestFile } from "./test_files.ts";
import { groupTests, quickTests } from "./test_groups.ts";
import timings from "./timings.json" with { type: "json" };
import { writeGroups } from "./write_groups.ts";

/** Tests that are listed. */
const LISTED = 20;

/** Groups that are run at a time: two more than there are cores, as some wait for a kill, a device or a browser. */
const JOBS = navigator.hardwareConcurrency + 2;

const { isQuick, paths, ignored, options } = parseSuiteArguments(Deno.args);
const files = await findFiles(paths.length > 0 ? paths : ["test", "src"], ignored);
const tests = files.filter(isTestFile);
const groups = groupTests(isQuick ? quickTests(tests, timings) : tests, timings, JOBS);
const folder = await Deno.makeTempDir();
const code = await run(folder).finally(() => Deno.remove(folder, { recursive: true }));
Deno.exit(code);

/** Runs the groups and the examples, whose modules are written into a folder. @returns the exit code */
async function run(folder: string): Promise<number> {
  const modules = await writeGroups(folder, groups, files.filter((path) => !isTestFile(path)));
  if (modules.length === 0) {
    // Deno would run all tests there are.
    console.error(`there are no tests in ${paths.join(", ")}`);
    return 1;
  }
  const report = join(folder, "report.xml");
  const { code } = await testCommand([`--junit-path=${report}`, ...options, ...modules], JOBS).output();
  // There is none where a module could not be loaded.
  const lines = slowest(await Deno.readTextFile(report).catch(() => ""));
  if (lines.length > 0) console.log(["the slowest tests, in seconds:", ...lines].join("\n"));
  return code;
}

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
