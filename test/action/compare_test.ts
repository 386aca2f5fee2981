import { assertEquals, assertStringIncludes } from "@std/assert";
import { dirname, join } from "@std/path";
import { type ChangedExperiment, changedFile } from "../../action/changed.ts";
import { type Called, compareChanged, type Compared, comparedFile } from "../../action/compare.ts";
import { inJob, type Job } from "./steps.ts";

const RAN: Called = {
  code: 0,
  stdout: JSON.stringify({ runs: [{ run: "a/seed=0", folder: "results/a/seed=0" }] }),
  stderr: "",
};

/** Compares what is handed on, with a stand-in of softprompt. @returns what is found, and the calls */
async function compared(
  { environment }: Job,
  changed: readonly ChangedExperiment[],
  diff: Partial<Called> = {},
  ran = RAN,
): Promise<{ readonly found: Compared; readonly calls: (readonly string[])[] }> {
  await Deno.mkdir(dirname(changedFile(environment)), { recursive: true });
  await Deno.writeTextFile(changedFile(environment), JSON.stringify(changed));
  const calls: (readonly string[])[] = [];
  const code = await compareChanged(environment, (args) => {
    calls.push(args);
    const ended = args[0] === "batch"
      ? ran
      : { code: 0, stdout: "# softprompt diff\n\nbody", stderr: "", ...diff };
    return Promise.resolve(ended);
  });
  assertEquals(code, 0);
  return { found: JSON.parse(await Deno.readTextFile(comparedFile(environment))), calls };
}

Deno.test("an experiment is run, and its whole sweep is compared with the base's baseline", () =>
  inJob(async (job) => {
    const file = join(job.temporary, "softprompt/baselines/main.json");
    const changed = { file: "experiments/-a *.yaml", baseline: { name: "main", file } };
    const stdout = `# softprompt diff\n\n- A: \`${file}\`\n\n| metric |`;
    const { found, calls } = await compared(job, [changed], { stdout });
    assertEquals(calls[0], ["batch", "--results", "results", "--json", "--", "./experiments/-a *.yaml"]);
    const junit = join(job.temporary, "softprompt/junit/1.xml");
    const gate = ["diff", "--format", "markdown", "--junit", junit, "--fail-on-regression", "--"];
    assertEquals(calls[1], [...gate, file, join("results", "a")]);
    assertEquals([found.title, found.hasFailed], ["softprompt: 1 changed experiment, none failed", false]);
    assertEquals(
      found.sections[0],
      "### `experiments/-a *.yaml` against the baseline `main`: the gate passed\n\n- A: `baselines/main.json`\n\n| metric |",
    );
    assertStringIncludes(
      await Deno.readTextFile(job.environment.GITHUB_OUTPUT!),
      `junit=${dirname(junit)}\n`,
    );
  }));

Deno.test("a gate that fails, runs that fail and files that are refused fail the job, each with its reason", () =>
  inJob(async (job) => {
    const baseline = { name: "main", file: "main.json" };
    const chosen = { ...job, environment: { ...job.environment, SOFTPROMPT_GATE: "accuracy" } };
    const worse = await compared(chosen, [{ file: "a.yaml", baseline }], {
      code: 3,
      stderr: "error: worse in accuracy",
    });
    assertStringIncludes(worse.calls[1]!.join(" "), "--gate accuracy --");
    assertEquals(worse.found.hasFailed, true);
    assertStringIncludes(
      worse.found.sections[0]!,
      "**the gate failed**\n\n```\nerror: worse in accuracy\n```\n\nbody",
    );
    const broken = await compared(job, [{ file: "a.yaml", baseline }], {
      code: 2,
      stderr: "error: other data",
    });
    assertEquals([broken.found.hasFailed, broken.found.title], [
      true,
      "softprompt: 1 changed experiment, 1 failed",
    ]);
    const failed = await compared(job, [{ file: "a.yaml" }], {}, {
      code: 1,
      stdout: "",
      stderr: "``` @all\n",
    });
    assertStringIncludes(failed.found.sections[0]!, "its runs failed\n\n````\n``` @all\n````");
    const refused = await compared(job, [{ file: "a`.yaml", refused: "it is a link" }]);
    assertStringIncludes(refused.found.sections[0]!, "### ``a`.yaml``: not run");
    assertEquals([refused.found.hasFailed, refused.calls], [true, []]);
  }));

Deno.test("without a baseline, and without changed experiments, nothing fails", () =>
  inJob(async (job) => {
    const first = await compared(job, [{ file: "a.yaml" }]);
    assertStringIncludes(first.found.sections[0]!, "The base has no baseline for it");
    assertEquals(first.found.hasFailed, false);
    const none = await compared(job, []);
    assertEquals(none.found, {
      title: "softprompt: no experiment is changed",
      sections: [],
      hasFailed: false,
    });
  }));
