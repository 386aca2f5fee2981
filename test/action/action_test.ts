import { assertEquals, assertStringIncludes } from "@std/assert";
import { dirname, join } from "@std/path";
import { parse } from "yaml";
import { ROOT } from "../shared.ts";
import { call, exists, writeExperiment } from "../commands/softprompt.ts";
import { inJob, type Job } from "./steps.ts";

/** `action.yml`, as far as it is tested. */
interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly runs: {
    readonly steps: readonly {
      readonly shell: string;
      readonly run: string;
      readonly env: Readonly<Record<string, string>>;
      readonly "working-directory": string;
    }[];
  };
}

async function readAction(): Promise<Action> {
  return parse(await Deno.readTextFile(join(ROOT, "action.yml")));
}

Deno.test("no command of the action has an expression in it, whose value a shell would read", async () => {
  const { runs: { steps } } = await readAction();
  assertEquals(steps.length, 3);
  for (const { run, env, shell } of steps) {
    assertEquals([run.includes("${{"), run.includes("$"), shell], [false, false, "bash"]);
    for (const value of Object.values(env)) {
      assertEquals(/^\$\{\{ inputs\.[\w-]+ \}\}$/.test(value), true, value);
    }
  }
});

Deno.test("the action runs the Deno that the README names", async () => {
  const [, named] = /npx -y (deno@\S+)/.exec(await Deno.readTextFile(join(ROOT, "README.md")))!;
  for (const { run } of (await readAction()).runs.steps) assertStringIncludes(run, `npx -y ${named} run `);
});

/** Runs the commands of `action.yml` in its shell. @returns the exit code of the last, and what all of them wrote */
async function runAction({ environment, temporary }: Job): Promise<{ code: number; written: string }> {
  const { inputs, runs } = await readAction();
  // In place of npx, which would download: the Deno that runs this test.
  const bin: string = join(temporary, "bin");
  await Deno.mkdir(bin, { recursive: true });
  await Deno.writeTextFile(join(bin, "npx"), `#!/bin/sh\nshift 2\nexec '${Deno.execPath()}' "$@"\n`, {
    mode: 0o755,
  });
  let written = "";
  for (const { shell, run, env } of runs.steps) {
    const own = Object.entries(env).map(([name, value]) => {
      const [, input = ""] = /inputs\.([\w-]+)/.exec(value) ?? [];
      return [name, name === "SOFTPROMPT_TOKEN" ? environment[name]! : inputs[input]!.default];
    });
    const given = Object.entries(environment).filter(([name]) => !name.startsWith("SOFTPROMPT_"));
    const { code, stdout, stderr } = await new Deno.Command(shell, {
      args: ["-e", "-c", run],
      cwd: ROOT,
      env: {
        ...Object.fromEntries([...given, ...own]),
        PATH: `${bin}:${Deno.env.get("PATH")}`,
      },
      stdin: "null",
    }).output();
    written += new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    if (code !== 0) return { code, written };
  }
  return { code: 0, written };
}

Deno.test("an experiment with a hostile name is run, compared with the base's baseline, and commented on", () =>
  inJob(async (job) => {
    const { workspace, github } = job;
    // A project of its own: its experiments may name what is in it.
    await Deno.writeTextFile(join(workspace, "package.json"), "{}");
    const project: string = join(workspace, "experiments");
    await Deno.mkdir(project);
    const data = { file: join(workspace, "data.csv"), text: "text", label: "label" };
    const rows = Array.from(
      { length: 60 },
      (_, i) => `${i % 2 ? "a good" : "a bad"} film ${i},${i % 2 ? "positive" : "negative"}`,
    );
    await Deno.writeTextFile(data.file, ["text,label", ...rows].join("\n"));
    const changes = { dataset: data, training: { batchSize: 8, steps: 2 }, evaluation: {} };
    const written = await writeExperiment(project, changes);
    const name = "experiments/$(touch pwned) `touch pwned`;'\" & a.yaml";
    await Deno.rename(written, join(workspace, name));
    github.changed.push({ filename: name, status: "added" });
    const first = await runAction(job);
    assertEquals(first.code, 0, first.written);
    assertStringIncludes(github.comments[0]?.body ?? "", "The base has no baseline for it");
    const set = await call([
      ...["baseline", "set", join(workspace, "results/small")],
      ...["--baselines", join(dirname(workspace), "base")],
    ]);
    assertEquals(set.code, 0, set.stderr);
    github.base["baselines/main.json"] = await Deno.readTextFile(join(dirname(workspace), "base/main.json"));
    const second = await runAction(job);
    assertEquals(second.code, 0, second.written);
    assertEquals(github.comments.length, 1);
    assertStringIncludes(github.comments[0]!.body, "against the baseline `main`: the gate passed");
    assertStringIncludes(github.comments[0]!.body, "| metric | A | B |");
    for (const folder of [workspace, ROOT]) assertEquals(await exists(folder, "pwned"), false);
  }));
