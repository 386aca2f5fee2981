import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { InferenceSession } from "onnxruntime-node";
import { parse as parseCsv } from "@std/csv/parse";
import {
  call,
  callInterrupted,
  callProcess,
  exists,
  inFolder,
  readLines,
  start,
  writeExperiment,
} from "./softprompt.ts";

const json = async (...path: string[]) => JSON.parse(await Deno.readTextFile(join(...path)));
const QUICK = { batchSize: 8, steps: 2 };

/** A sweep of four short runs. */
const sweepFile = (folder: string, changes: Record<string, unknown> = {}) =>
  writeExperiment(folder, { training: QUICK, sweep: { "prompt.length": [1, 4], seed: [0, 1] }, ...changes });
const VARIANTS = ["length=1,seed=0", "length=1,seed=1", "length=4,seed=0", "length=4,seed=1"];

/** How often each graph is opened on the CPU, by its size in bytes. */
async function openedGraphs(act: () => Promise<void>): Promise<ReadonlyMap<number, number>> {
  const { create } = InferenceSession;
  const opened = new Map<number, number>();
  const counting = (...args: Parameters<typeof create>) => {
    const bytes = args[0].length;
    opened.set(bytes, (opened.get(bytes) ?? 0) + 1);
    return create.apply(InferenceSession, args);
  };
  Object.assign(InferenceSession, { create: counting });
  try {
    await act();
  } finally {
    Object.assign(InferenceSession, { create });
  }
  return opened;
}

Deno.test("the runs of a batch share the sessions of their step", () =>
  inFolder(async (folder) => {
    const file = await sweepFile(folder, { sweep: { seed: [0, 1, 2] } });
    const opened = await openedGraphs(async () => {
      const { code, stderr } = await call(["batch", file, "--no-self-check", "--results", folder]);
      assertEquals(code, 0, stderr);
    });
    // The three largest are the training step, the forward pass and the update.
    const largest = [...opened].sort(([one], [other]) => other - one).slice(0, 3);
    assertEquals(largest.map(([, times]) => times), [1, 1, 1]);
  }));

Deno.test("a batch runs a sweep, summarizes it, and does not run it again", () =>
  inFolder(async (folder) => {
    const file = await sweepFile(folder);
    const results: string = join(folder, "results");
    const first = await call(["batch", file, "--results", results]);
    assertEquals(first.code, 0, first.stderr);
    assertStringIncludes(first.stderr, "[4/4] small/length=4,seed=1: ");
    assertStringIncludes(first.stderr, "left");
    for (const name of VARIANTS) {
      assertEquals((await json(results, "small", name, "metrics.json")).status, "complete");
      assertStringIncludes(first.stdout, `small/${name}`);
    }
    const rows = parseCsv(await Deno.readTextFile(join(results, "small/summary.csv")), {
      skipFirstRow: true,
    });
    assertEquals(rows.map((row: Record<string, unknown>) => row.variant), VARIANTS);
    const summary = await json(results, "small", "summary.json");
    assertEquals(summary.groups.map(({ seeds }: { seeds: number[] }) => seeds), [[0, 1], [0, 1]]);
    const alone = await call([
      "run",
      await writeExperiment(folder, { training: QUICK, prompt: prompt(4), seed: 1 }),
      "--results",
      join(folder, "alone"),
    ]);
    assertEquals(alone.code, 0, alone.stderr);
    for (const name of ["prompt.safetensors", "predictions.jsonl"]) {
      assertEquals(
        await Deno.readFile(join(results, "small/length=4,seed=1", name)),
        await Deno.readFile(join(folder, "alone/small", name)),
        "a run in a batch has the same bits as alone",
      );
    }
    const second = await call(["batch", await sweepFile(folder), "--results", results]);
    assertEquals([second.code, second.stderr.match(/skipped, nothing has changed/g)?.length], [0, 4]);
    assertStringIncludes(second.stdout, "kept");
  }));

const prompt = (length: number) => ({ kind: "soft", length, template: "{prompt} {text} it was {mask} ." });

Deno.test("a failing variant does not affect the others: its error is in its folder and in a table, and in the exit code", () =>
  inFolder(async (folder) => {
    const file = await sweepFile(folder, {
      sweep: undefined,
      variants: {
        good: {},
        split: { "verbalizer.positive": ["abysmally"] },
        diverging: { "training.optimizer.learningRate": 1e30, "training.clipNorm": 0, "training.steps": 9 },
        last: { seed: 1 },
      },
    });
    const { code, stdout, stderr } = await call(["batch", file, "--results", folder]);
    assertEquals(code, 1, stderr);
    assertStringIncludes(stderr, "error: 2 of 4 runs failed");
    assertStringIncludes(stdout, "splits 'abysmally'");
    assert(/small\/diverging .*is not finite/.test(stdout), stdout);
    const status = async (name: string) => (await json(folder, "small", name, "metrics.json")).status;
    assertEquals(await Promise.all(["good", "last", "split.partial", "diverging.partial"].map(status)), [
      "complete",
      "complete",
      "failed",
      "failed",
    ]);
    const { error } = await json(folder, "small/split.partial/metrics.json");
    assert(/experiment\.yaml:\d+:\d+: the tokenizer splits 'abysmally'/.test(error), error);
    const summary = await json(folder, "small/summary.json");
    assertEquals(summary.rows.map((row: { status: string }) => row.status), [
      "complete",
      "failed",
      "failed",
      "complete",
    ]);
    const cut = await call(["batch", file, "--results", join(folder, "fast"), "--fail-fast"]);
    assertEquals(
      [cut.code, await exists(folder, "fast/small/good"), await exists(folder, "fast/small/last")],
      [1, true, false],
    );
    assertStringIncludes(cut.stdout, "not started");
    for (const jobs of ["1", "2"]) {
      const wrong = await call([
        "batch",
        file,
        "--results",
        join(folder, "wrong"),
        "--only",
        "split",
        "--jobs",
        jobs,
      ]);
      assertEquals(wrong.code, 2, "where the file is at fault in all that failed, the same would fail again");
      assertStringIncludes(wrong.stderr, "error: 1 of 1 runs failed");
    }
  }));

Deno.test("--only and --shard choose runs, and the shards together are the whole batch", () =>
  inFolder(async (folder) => {
    const file = await sweepFile(folder);
    const ran = async (...flags: string[]) => {
      const { code, stdout, stderr } = await call([
        "batch",
        file,
        "--results",
        join(folder, flags.join()),
        ...flags,
      ]);
      assertEquals(code, 0, stderr);
      return VARIANTS.filter((name) => stdout.includes(`small/${name} `));
    };
    assertEquals(await ran("--only", "seed=1"), ["length=1,seed=1", "length=4,seed=1"]);
    assertEquals(await ran("--only", "length=4*"), ["length=4,seed=0", "length=4,seed=1"]);
    assertEquals([...await ran("--shard", "1/2"), ...await ran("--shard", "2/2")].sort(), VARIANTS);
    const none = await call(["batch", file, "--results", folder, "--only", "seed=7"]);
    assertEquals(none.code, 2);
    assertStringIncludes(none.stderr, "--only seed=7 matches none of the 4 runs");
  }));

Deno.test("runs at the same time have the same bits as one after the other", () =>
  inFolder(async (folder) => {
    const file = await sweepFile(folder);
    for (const jobs of ["1", "2"]) {
      const args = ["batch", file, "--results", join(folder, jobs), "--jobs", jobs];
      const { code, stderr } = await (jobs === "1" ? call(args) : callProcess(args));
      assertEquals(code, 0, stderr);
    }
    for (const name of VARIANTS) {
      const read = (jobs: string) => Deno.readFile(join(folder, jobs, "small", name, "predictions.jsonl"));
      assertEquals(await read("1"), await read("2"));
    }
  }));

Deno.test("two batches at once on one folder run each variant once, and both end with all of them", () =>
  inFolder(async (folder) => {
    const file = await sweepFile(folder, { training: { batchSize: 8, steps: 8 } });
    const both = await Promise.all(
      [0, 1].map(() => callProcess(["batch", file, "--results", join(folder, "results")])),
    );
    for (const { code, stdout, stderr } of both) {
      assertEquals(code, 0, stderr);
      assertEquals(VARIANTS.filter((name) => stdout.includes(`small/${name} `)), VARIANTS);
    }
    const ran = both.flatMap(({ stderr }) =>
      [...stderr.matchAll(/small\/(length=\d,seed=\d): [\d.]+% test/g)].map(([, name]) => name)
    );
    assertEquals(ran.toSorted(), VARIANTS, "each variant is run by one of the two");
  }));

Deno.test("folders and patterns name files, and several experiments are summarized together, too", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(join(folder, "files/inner"), { recursive: true });
    const hard = { kind: "hard", template: "{text} it was {mask} ." };
    for (const [name, place] of [["one", "files"], ["two", "files/inner"]] as const) {
      const written = await writeExperiment(folder, { name, prompt: hard, training: undefined });
      await Deno.rename(written, join(folder, place, `${name}.yaml`));
    }
    const { code, stderr, stdout } = await call([
      "batch",
      join(folder, "files"),
      "--results",
      join(folder, "r"),
    ]);
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, join(folder, "r", "summary.html"));
    const summary = await json(folder, "r/summary.json");
    assertEquals(summary.rows.map((row: { experiment: string }) => row.experiment), ["two", "one"]);
    const pattern = await call(["batch", join(folder, "files/*.yaml"), "--results", join(folder, "p")]);
    assertEquals([pattern.code, await exists(folder, "p/one"), await exists(folder, "p/two")], [
      0,
      true,
      false,
    ]);
    const nothing = await call(["batch", join(folder, "*.yml"), "--results", folder]);
    assertEquals(nothing.code, 2);
    assertStringIncludes(nothing.stderr, "names no experiment file");
  }));

Deno.test("two files of one name are refused, and so is a sweep by 'run'", () =>
  inFolder(async (folder) => {
    const file = await sweepFile(folder);
    const copy: string = join(folder, "copy.yaml");
    await Deno.copyFile(file, copy);
    const both = await call(["batch", file, copy, "--results", folder]);
    assertEquals(both.code, 2);
    assertStringIncludes(both.stderr, "give them different names");
    const run = await call(["run", file, "--results", folder]);
    assertEquals(run.code, 2);
    assertStringIncludes(run.stderr, `deno task batch ${file}`);
  }));

Deno.test("more than 1000 runs need --yes", () =>
  inFolder(async (folder) => {
    const seed = Array.from({ length: 1001 }, (_, i) => i);
    const file = await sweepFile(folder, { sweep: { seed } });
    const asked = (...flags: string[]) => call(["batch", file, "--results", folder, ...flags]);
    const { code, stderr } = await asked();
    assertEquals(code, 2);
    assertStringIncludes(
      stderr,
      "these are 1001 runs: more than 1000 need --yes, or choose some by --only or --shard",
    );
    assertStringIncludes((await asked("--only", "seed=none")).stderr, "matches none of the 1001 runs");
  }));

Deno.test("Ctrl-C ends a batch with 130, and the same command resumes it to the same bits", () =>
  inFolder(async (folder) => {
    const file = await sweepFile(folder, { training: { batchSize: 4, epochs: 6 } });
    const results: string = join(folder, "cut");
    const child = start(["batch", file, "--results", results]);
    const ended = child.output();
    while (!await exists(results, "small/length=1,seed=1.partial/checkpoint.safetensors")) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    child.kill("SIGINT");
    const { code, stdout } = await ended;
    assertEquals(code, 130);
    assertStringIncludes(new TextDecoder().decode(stdout), "not started");
    for (const folderName of ["cut", "whole"]) {
      const rest = await call(["batch", file, "--results", join(folder, folderName)]);
      assertEquals(rest.code, 0, rest.stderr);
      if (folderName === "cut") {
        assertStringIncludes(rest.stderr, "small/length=1,seed=1: resuming after step");
      }
    }
    for (const name of VARIANTS) {
      const read = (root: string) => Deno.readFile(join(folder, root, "small", name, "prompt.safetensors"));
      assertEquals(await read("cut"), await read("whole"));
    }
    assertEquals((await readLines(join(results, "small", VARIANTS[1]!, "predictions.jsonl"))).length, 100);
  }));

Deno.test("validate shows what a sweep would run, in how many steps, and how long it would take by earlier runs", () =>
  inFolder(async (folder) => {
    const file = await sweepFile(folder);
    const results: string = join(folder, "results");
    const before = await call(["validate", file, "--results", results]);
    assertEquals(before.code, 0, before.stderr);
    assertStringIncludes(
      before.stdout,
      "4 runs to do, 8 steps: no earlier run like these to estimate the time from",
    );
    await call(["batch", file, "--results", results, "--only", "length=1"]);
    const after = await call(["validate", folder, "--results", results]);
    assert(
      /2 runs to do, 4 steps: about \d+ s estimated from earlier runs; 2 done already/.test(after.stdout),
      after.stdout,
    );
  }));

Deno.test("runs of one shape are fused by --fuse on, with the same results as alone", () =>
  inFolder(async (folder) => {
    const training = { batchSize: 2, steps: 30, logEvery: 10 };
    const file = await sweepFile(folder, {
      training,
      sweep: { seed: [0, 1], "training.optimizer.learningRate": [0.01, 0.1] },
    });
    const results = (mode: string) => join(folder, mode);
    const said = await Promise.all(["on", "auto"].map(async (mode) => {
      const { code, stderr } = await call(["batch", file, "--results", results(mode), "--fuse", mode]);
      assertEquals(code, 0, stderr);
      return stderr;
    }));
    assertStringIncludes(said[0]!, "4 runs with fused steps: small/");
    assert(!said[1]!.includes("together"), said[1]);
    for (const seed of [0, 1]) {
      for (const rate of [0.01, 0.1]) {
        const name = `seed=${seed},learningRate=${rate}`;
        const [fused, alone] = await Promise.all(["on", "auto"].map(async (mode) => {
          const lines = await readLines(join(results(mode), "small", name, "history.jsonl"));
          return lines.map(({ loss }) => Number(loss));
        })) as [number[], number[]];
        assertEquals(fused.length, alone.length);
        for (const [i, loss] of fused.entries()) {
          assert(Math.abs(loss - alone[i]!) < 1e-3, `${fused} and ${alone}`);
        }
        const last = await readLines(join(results("on"), "small", name, "predictions.jsonl"));
        const lastAlone = await readLines(join(results("auto"), "small", name, "predictions.jsonl"));
        assertEquals(last.map(({ predicted }) => predicted), lastAlone.map(({ predicted }) => predicted));
      }
    }
  }));

Deno.test("a run that fails in a group is run again alone, and the others finish", () =>
  inFolder(async (folder) => {
    const file = await sweepFile(folder, {
      training: { batchSize: 2, steps: 12, logEvery: 2 },
      sweep: undefined,
      variants: {
        good: {},
        diverging: { "training.optimizer.learningRate": 1e30, "training.clipNorm": 0 },
        other: { seed: 1 },
      },
    });
    const { code, stderr } = await call(["batch", file, "--results", folder, "--fuse", "on"]);
    assertEquals(code, 1, stderr);
    assertStringIncludes(stderr, "error: 1 of 3 runs failed");
    assert(
      /warning: small\/diverging failed in a group of 3 runs .* run again alone: .* is not finite/.test(
        stderr,
      ),
      stderr,
    );
    for (const name of ["good", "other"]) {
      assertEquals((await json(folder, "small", name, "metrics.json")).status, "complete", stderr);
    }
  }));

Deno.test("fused runs that are interrupted resume together, to the same bits", () =>
  inFolder(async (folder) => {
    const training = { batchSize: 4, epochs: 6 };
    const args = ["--fuse", "on"];
    const file = await sweepFile(folder, { training, sweep: { seed: [0, 1] } });
    const cut: string = join(folder, "cut");
    const whole: string = join(folder, "whole");
    const begun: string = join(cut, "small/seed=1.partial/checkpoint.safetensors");
    assertEquals((await callInterrupted(["batch", file, "--results", cut, ...args], begun)).code, 130);
    for (const results of [cut, whole]) {
      const { code, stderr } = await call(["batch", file, "--results", results, ...args]);
      assertEquals(code, 0, stderr);
      assertStringIncludes(stderr, "2 runs with fused steps");
    }
    for (const name of ["seed=0", "seed=1"]) {
      const read = (results: string) => Deno.readFile(join(results, "small", name, "prompt.safetensors"));
      assertEquals(await read(cut), await read(whole));
    }
  }));
