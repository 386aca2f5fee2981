// deno-lint-ignore-file no-console
/**
 * Runs tests, several groups of files at a time, and lists the slowest. Types are checked by `deno task check`.
 *
 *   deno run test/suite.ts [--quick] [what deno test takes]
 *
 * @module
 */
import { unescape } from "@std/html/entities";
import { join, relative, resolve, SEPARATOR, toFileUrl } from "@std/path";
import { DOMParser } from "linkedom";
import { ROOT } from "./shared.ts";
import { parseSuiteArguments } from "./suite_arguments.ts";
import { testCommand } from "./test_command.ts";
import { findTests } from "./test_files.ts";
import { groupTests, quickTests } from "./test_groups.ts";
import timings from "./timings.json" with { type: "json" };

/** Tests that are listed. */
const LISTED = 20;

/** Groups that are run at a time: one more than there are cores, as some wait for a kill, a device or a browser. */
const JOBS = navigator.hardwareConcurrency + 1;

const { isQuick, paths, ignored, options } = parseSuiteArguments(Deno.args);
const { documented = [], tested = [] } = Object.groupBy(
  paths.length > 0 ? paths : ["test", "src"],
  (path) => isOfSources(path) ? "documented" : "tested",
);
const found = await findTests(tested, ignored);
const groups = groupTests(isQuick ? quickTests(found, timings) : found, timings, JOBS);
if (groups.length + documented.length === 0) {
  console.error("there are no such tests");
  Deno.exit(1);
}
const folder = await Deno.makeTempDir();
const report = join(folder, "report.xml");
const modules = await writeGroups(folder, groups);
// Examples in comments are tests, too.
const examples = documented.length > 0 ? ["--doc", ...documented] : [];
const { code } = await testCommand([`--junit-path=${report}`, ...options, ...modules, ...examples], JOBS)
  .output();
const lines = slowest(await Deno.readTextFile(report).catch(() => ""));
await Deno.remove(folder, { recursive: true });
if (lines.length > 0) console.log(["the slowest tests, in seconds:", ...lines].join("\n"));
Deno.exit(code);

/** Whether a path is one of the program, which has examples and no files with tests. */
function isOfSources(path: string): boolean {
  return relative(ROOT, resolve(path)).split(SEPARATOR)[0] === "src";
}

/** Writes a module for each group, which imports its files. @returns the modules' paths, in the order of the groups */
async function writeGroups(folder: string, groups: readonly (readonly string[])[]): Promise<string[]> {
  const paths: string[] = [];
  for (const [i, files] of groups.entries()) {
    const path = join(folder, `${i + 1}.ts`);
    const imports = files.map((file) => `import ${JSON.stringify(toFileUrl(join(ROOT, file)))};\n`);
    await Deno.writeTextFile(path, imports.join(""));
    paths.push(path);
  }
  return paths;
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
