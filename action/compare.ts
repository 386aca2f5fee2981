/**
 * The second step: runs the changed experiments, and compares each with its baseline.
 *
 * @module
 */
import { fromFileUrl, join, relative, resolve } from "@std/path";
import { counted } from "../src/base/counted.ts";
import { isObject } from "../src/base/json_object.ts";
import { markdownCode } from "../src/base/markdown.ts";
import { visibleLines } from "../src/base/visible.ts";
import { type ChangedExperiment, changedFile } from "./changed.ts";
import { endStep, type Environment, handedOn, variable } from "./environment.ts";

/** What the comparison found, for the comment. */
export interface Compared {
  readonly title: string;
  /** Markdown, one piece for each experiment. */
  readonly sections: readonly string[];
  /** Whether the job is to fail. */
  readonly hasFailed: boolean;
}

/** How a call of softprompt ended. */
export interface Called {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Calls softprompt with arguments, in the checkout. */
export type Softprompt = (args: readonly string[]) => Promise<Called>;

/** The exit code of a gate that failed. */
const GATE_FAILED = 3;

/** The number of lines of an error that a comment quotes. */
const MOST_LINES = 20;

/** The file by which this step hands on what it found. */
export function comparedFile(environment: Environment): string {
  return join(handedOn(environment), "compared.json");
}

/** Runs and compares. @returns the exit code, which tells nothing of what was found: the comment comes first */
export async function compareChanged(
  environment: Environment,
  softprompt: Softprompt = launcher(environment),
): Promise<number> {
  const changed: readonly ChangedExperiment[] = JSON.parse(await Deno.readTextFile(changedFile(environment)));
  const junit = join(handedOn(environment), "junit");
  await Deno.mkdir(junit, { recursive: true });
  const sections: string[] = [];
  let failed = 0;
  for (const [i, one] of changed.entries()) {
    const { section, hasFailed } = await compared(one, join(junit, `${i + 1}.xml`), environment, softprompt);
    sections.push(section);
    if (hasFailed) failed++;
  }
  const title = changed.length === 0
    ? "softprompt: no experiment is changed"
    : `softprompt: ${counted(changed.length, "changed experiment")}, ${
      failed === 0 ? "none" : failed
    } failed`;
  const found: Compared = { title, sections, hasFailed: failed > 0 };
  await Deno.writeTextFile(comparedFile(environment), JSON.stringify(found));
  const outputs = environment.GITHUB_OUTPUT;
  if (outputs !== undefined) await Deno.writeTextFile(outputs, `junit=${junit}\n`, { append: true });
  return 0;
}

async function compared(
  { file, baseline, refused }: ChangedExperiment,
  junit: string,
  environment: Environment,
  softprompt: Softprompt,
): Promise<{ section: string; hasFailed: boolean }> {
  const named = markdownCode(file);
  const failure = (what: string, why: string) => ({
    section: `### ${named}: ${what}\n\n${quoted(why)}`,
    hasFailed: true,
  });
  if (refused !== undefined) return failure("not run", refused);
  const results = environment.SOFTPROMPT_RESULTS || "results";
  const ran = await softprompt(["batch", "--results", results, "--json", "--", `./${file}`]);
  const place = ran.code === 0 ? resultsOf(ran.stdout, results) : undefined;
  if (place === undefined) return failure("its runs failed", ran.stderr);
  if (baseline === undefined) {
    return {
      section:
        `### ${named}: nothing to compare with\n\nThe base has no baseline for it: set one by \`softprompt baseline set\`, and commit it.`,
      hasFailed: false,
    };
  }
  const gate = environment.SOFTPROMPT_GATE ?? "";
  const asked = gate === "" ? ["--fail-on-regression"] : ["--gate", gate];
  const diff = await softprompt([
    "diff",
    ...["--format", "markdown", "--junit", junit],
    ...asked,
    ...["--", baseline.file, place],
  ]);
  if (diff.code !== 0 && diff.code !== GATE_FAILED) return failure("it could not be compared", diff.stderr);
  const hasFailed = diff.code === GATE_FAILED;
  const body = diff.stdout.replaceAll(`${handedOn(environment)}/`, "").replace(/^# .*\n+/, "");
  const why = hasFailed ? `${quoted(diff.stderr)}\n\n` : "";
  const verdict = hasFailed ? "**the gate failed**" : "the gate passed";
  return {
    section: `### ${named} against the baseline ${
      markdownCode(baseline.name)
    }: ${verdict}\n\n${why}${body.trim()}`,
    hasFailed,
  };
}

/** The folder of an experiment's results, by what `batch --json` prints; `undefined` where it names none. */
function resultsOf(stdout: string, results: string): string | undefined {
  const found: unknown = JSON.parse(stdout);
  const [run]: unknown[] = isObject(found) && Array.isArray(found.runs) ? found.runs : [];
  if (!isObject(run) || typeof run.folder !== "string") return undefined;
  const [experiment] = relative(resolve(results), resolve(run.folder)).split(/[/\\]/);
  return experiment === undefined ? undefined : join(results, experiment);
}

/** The end of a text as a block of code, which nothing in it can end. */
function quoted(text: string): string {
  const lines = visibleLines(text.trim()).split("\n").slice(-MOST_LINES);
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return [fence, ...lines, fence].join("\n");
}

/** Calls softprompt as it is in the action's own folder. */
function launcher(environment: Environment): Softprompt {
  const script = fromFileUrl(new URL("../src/launch.ts", import.meta.url));
  return async (args) => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-all", script, ...args],
      cwd: variable(environment, "GITHUB_WORKSPACE"),
      env: { NO_COLOR: "1" },
      stdin: "null",
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, stdout: text(stdout), stderr: text(stderr) };
  };
}

if (import.meta.main) await endStep(compareChanged);
