import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { exists, inFolder, writeExperiment } from "../commands/softprompt.ts";
import { ROOT } from "../shared.ts";

/** Longer than this is a hang, in milliseconds. */
const HANG = 10_000;

/** Starts a command line by the launcher. */
function launched(args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--quiet", join(ROOT, "src/launch.ts"), ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Reads a stream until it has said something. */
async function heard(reader: ReadableStreamDefaultReader<string>, words: string): Promise<string> {
  let said = "";
  while (!said.includes(words)) {
    const { done, value = "" } = await reader.read();
    if (done) throw new Error(`it ended without '${words}': ${said}`);
    said += value;
  }
  return said;
}

/** What a process writes to standard error, and its end. */
async function following(
  args: readonly string[],
  test: (
    child: Deno.ChildProcess,
    hear: (words: string) => Promise<string>,
    ended: Promise<Deno.CommandStatus>,
  ) => Promise<void>,
): Promise<void> {
  const child = launched(args);
  const printed = new Response(child.stdout).text();
  const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await Promise.race([
      test(child, (words) => heard(reader, words), child.status),
      new Promise((_, reject) => timer = setTimeout(() => reject(new Error("it hangs")), 3 * HANG)),
    ]);
  } finally {
    clearTimeout(timer);
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended, as it should.
    }
    await reader.cancel();
    await printed;
    await child.status;
  }
}

/** Writes an experiment whose tokenizer is busy for ever, by a pattern that tries all ways to split forty letters. */
async function writeBusyExperiment(folder: string): Promise<string> {
  const rows = [["negative", "b"], ["positive", `${"a".repeat(40)}!`]].flatMap((row) => Array(4).fill(row));
  await Deno.writeTextFile(
    join(folder, "d.tsv"),
    ["label\ttext", ...rows.map((row) => row.join("\t"))].join("\n"),
  );
  const file = await writeExperiment(folder, {
    dataset: { file: "d.tsv", split: { test: 0.5 } },
    prompt: { kind: "hard", template: "{text} it was {mask} ." },
    training: undefined,
    evaluation: undefined,
  });
  const path: string = join(folder, "model/tokenizer.json");
  const tokenizer = JSON.parse(await Deno.readTextFile(path));
  const pattern = { Regex: "(a+)+$" };
  tokenizer.pre_tokenizer = { type: "Split", pattern, behavior: "Isolated", invert: false };
  await Deno.writeTextFile(path, JSON.stringify(tokenizer));
  return file;
}

Deno.test("of a program that is busy, the first Ctrl-C is acknowledged and the second is the end", () =>
  inFolder(async (folder) => {
    const file = await writeBusyExperiment(folder);
    await following(["run", file, "--results", join(folder, "results")], async (child, hear, ended) => {
      await hear("hard prompt on");
      child.kill("SIGINT");
      await hear("stopping; press Ctrl-C again to stop at once");
      // A press of the keyboard is not another one as quickly.
      await new Promise((resolve) => setTimeout(resolve, 500));
      const pressed = performance.now();
      child.kill("SIGINT");
      assertEquals((await ended).code, 130);
      assert(performance.now() - pressed < HANG);
    });
  }));

Deno.test({
  name:
    "on a terminal, which signals every process of a task, Ctrl-C is acknowledged once and the second is the end",
  ignore: !await exists("/usr/bin/script"),
  fn: () =>
    inFolder(async (folder) => {
      const file = await writeBusyExperiment(folder);
      const task = `'${Deno.execPath()}' task --quiet run '${file}' --results '${join(folder, "results")}'`;
      await using terminal = new Deno.Command("/usr/bin/script", {
        args: ["-qec", task, "/dev/null"],
        cwd: ROOT,
        stdin: "piped",
        stdout: "piped",
      }).spawn();
      const keyboard = terminal.stdin.getWriter();
      const press = () => keyboard.write(new Uint8Array([3]));
      const reader = terminal.stdout.pipeThrough(new TextDecoderStream()).getReader();
      await heard(reader, "hard prompt on");
      await press();
      await heard(reader, "stopping; press Ctrl-C again to stop at once");
      await new Promise((resolve) => setTimeout(resolve, 500));
      const pressed = performance.now();
      await press();
      let rest = "";
      for (let part = await reader.read(); !part.done; part = await reader.read()) rest += part.value;
      assertEquals((await terminal.status).code, 130);
      assert(performance.now() - pressed < HANG);
      assertEquals(rest.includes("stopping"), false, rest);
      await keyboard.close().catch(() => {});
    }),
});

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const) {
  Deno.test(`${signal} ends a run with a checkpoint and exit code ${code}, though it arrives twice at once`, () =>
    inFolder(async (folder) => {
      const file = await writeExperiment(folder, { training: { batchSize: 4, epochs: 500, logEvery: 1 } });
      const results: string = join(folder, "results");
      await following(["run", file, "--results", results], async (child, hear, ended) => {
        await hear("soft prompt on");
        while (!await exists(results, "small.partial/checkpoint.safetensors")) {
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        child.kill(signal);
        child.kill(signal);
        await hear("the same command resumes from it");
        assertEquals((await ended).code, code);
      });
      assertEquals(await exists(results, "small.partial/checkpoint.safetensors"), true);
    }));
}

Deno.test("a program whose launcher is killed ends, too, and leaves its run to others", () =>
  inFolder(async (folder) => {
    const file = await writeExperiment(folder, { training: { batchSize: 4, epochs: 20 } });
    const args = ["run", file, "--results", join(folder, "results")];
    await following(args, async (child, hear, ended) => {
      await hear("soft prompt on");
      child.kill("SIGKILL");
      await ended;
    });
    await following(args, async (_, hear, ended) => {
      await hear("soft prompt on");
      assertEquals((await ended).code, 0);
    });
  }));

Deno.test("results go to any folder, from where no built-in data can be looked for", () =>
  inFolder(async (folder) => {
    const file = join(ROOT, "experiments/first-steps/1-hard.yaml");
    const { code, stderr } = await launched(["run", file, "--results", join(folder, "x")]).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    const own = await Deno.readTextFile(join(folder, "x/first-hard/experiment.yaml"));
    assertStringIncludes(own, `path: ${await Deno.realPath(join(ROOT, "data/reviews-demo"))}`);
  }));

Deno.test("artifacts are written again into a folder that lies in no project", () =>
  inFolder(async (folder) => {
    const model = join(ROOT, "data/models/reviews-mlm-mini");
    for (const _ of ["new", "again"]) {
      const args = ["compile", "--model", model, "--out", join(folder, "out")];
      const { code, stderr } = await launched(args).output();
      assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
    }
  }));

Deno.test({
  name: "on a terminal, a hostile file is refused and nothing is asked",
  ignore: !await exists("/usr/bin/script"),
  fn: () =>
    inFolder(async (folder) => {
      const file = await writeExperiment(folder, { dataset: { file: "/etc/passwd" } });
      const command = `'${Deno.execPath()}' task --quiet run '${file}' --results '${folder}'`;
      const { code, stdout } = await new Deno.Command("/usr/bin/script", {
        args: ["-qec", command, "/dev/null"],
        cwd: ROOT,
        stdin: "null",
      }).output();
      const said = new TextDecoder().decode(stdout);
      assertEquals(code, 2, said);
      assertStringIncludes(said, "'dataset.file' leads to /etc/passwd");
      assertStringIncludes(said, "add --allow-read /etc/passwd");
      assertEquals(/granted|Allow\?|\[y\/n/.test(said), false, said);
    }),
});

Deno.test({
  name: "a folder of the system's, for which Deno asks for every permission, is refused by the reason",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        "--allow-read",
        "--allow-run",
        "--allow-env",
        "--allow-sys",
        join(ROOT, "src/launch.ts"),
      ]
        .concat("batch", "none.yaml", "--report-to", "tensorboard=/proc/none"),
      env: { NO_COLOR: "1" },
    }).output();
    const said = new TextDecoder().decode(stderr);
    assertEquals(code, 2, said);
    assertStringIncludes(
      said,
      'Deno lacks a permission that this needs (Requires all access to "/proc/none"): choose another',
    );
  },
});
