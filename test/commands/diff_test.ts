import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { RandomStream } from "../../src/base/random_stream.ts";
import { madeUpRun } from "../diff/runs.ts";
import { writeRecord } from "../results/write_record.ts";
import { ROOT } from "../shared.ts";
import { call, callProcess, inFolder, writeExperiment } from "./softprompt.ts";

const stream = new RandomStream(0, "test");
const guesses = (share: number) =>
  Array.from({ length: 300 }, (_, i) => {
    const sure = stream.uniform(0.55, 0.95);
    const isRight = stream.uniform(0, 1) < share;
    return isRight === (i % 2 === 1) ? sure : 1 - sure;
  });
const run = (share: number, rest: { seed?: number; length?: number } = {}) =>
  madeUpRun({ good: guesses(share), ...rest });

Deno.test("a diff shows what differs, whether the difference is real, and what flipped", () =>
  inFolder(async (folder) => {
    const a = await writeRecord(join(folder, "a"), run(0.6, { length: 5 }));
    const b = await writeRecord(join(folder, "b"), run(0.8, { length: 20 }));
    const { code, stdout, stderr } = await callProcess(["diff", a, b]);
    assertEquals(code, 0, stderr);
    assert(/prompt\.length +5 +20/.test(stdout), stdout);
    assert(/accuracy .*better/.test(stdout), stdout);
    assertStringIncludes(stdout, "300 test examples paired by id; 1 run in A, 1 run in B");
    assertStringIncludes(stdout, "predictions fixed (wrong in A, right in B)");
    assertStringIncludes(stdout, "would have been detected with 80% probability");
    assert(!stdout.includes("\x1b["), "no colours where there is no terminal");
  }));

/** The diff as JSON that the documents show. */
async function jsonInDocs(): Promise<Record<string, unknown>> {
  const page = await Deno.readTextFile(join(ROOT, "docs/comparing.md"));
  return JSON.parse(/^```jsonc\n([\s\S]*?)^```$/m.exec(page)![1]!.replaceAll(/ \/\/.*$/gm, ""));
}

Deno.test("as JSON, a diff of two runs has its keys at the top", () =>
  inFolder(async (folder) => {
    const a = await writeRecord(join(folder, "a"), run(0.6));
    const b = await writeRecord(join(folder, "b"), run(0.8, { length: 20 }));
    const found = JSON.parse((await call(["diff", a, b, "--format", "json"])).stdout);
    assertEquals(Object.keys(found), Object.keys(await jsonInDocs()));
    assertEquals(found.experiment, { "prompt.length": { a: 5, b: 20 } });
    const { accuracy } = found.metrics;
    assertEquals(accuracy.delta, accuracy.b - accuracy.a);
    assert(
      accuracy.interval[0] < accuracy.delta && accuracy.delta < accuracy.interval[1] && accuracy.p < 0.05,
    );
    assertEquals([accuracy.verdict, found.paired, found.onlyInA, found.onlyInB], ["better", 300, 0, 0]);
    const { fixed, broken } = found.flips;
    assertEquals(fixed.length - broken.length, Math.round(300 * accuracy.delta));
    assert(
      fixed.every((flip: { b: { predicted: string }; label: string }) => flip.b.predicted === flip.label),
    );
  }));

Deno.test("as Markdown, a diff can be put under a pull request", () =>
  inFolder(async (folder) => {
    const a = await writeRecord(join(folder, "a"), run(0.6));
    const b = await writeRecord(join(folder, "b"), run(0.8));
    const { stdout } = await call(["diff", a, b, "--format", "markdown"]);
    assertStringIncludes(
      stdout,
      "| metric | A | B | difference | 95% interval | p | p (Holm) | verdict on B |",
    );
    assertStringIncludes(stdout, "**better**");
    assertStringIncludes(stdout, "<details>");
  }));

Deno.test("sweeps are paired by variant and seed, and a run is compared with all seeds of a sweep", () =>
  inFolder(async (folder) => {
    for (const side of ["a", "b"]) {
      for (const length of side === "a" ? [1, 5] : [5, 20]) {
        for (const seed of [0, 1]) {
          await writeRecord(
            join(folder, side, `length=${length},seed=${seed}`),
            run(side === "a" ? 0.6 : 0.8, { length, seed }),
          );
        }
      }
    }
    const [a, b] = [join(folder, "a"), join(folder, "b")];
    const sweeps = JSON.parse((await call(["diff", a, b, "--format", "json"])).stdout);
    assertEquals([sweeps.variantsOnlyInA, sweeps.variantsOnlyInB], [["length=1"], ["length=20"]]);
    assertEquals(sweeps.seeds, { a: [0, 1], b: [0, 1], paired: true });
    assertEquals(sweeps.metrics.accuracy.verdict, "better");
    const single = await call(["diff", join(a, "length=1,seed=0"), b, "--format", "json"]);
    assertEquals(
      JSON.parse(single.stdout).comparisons.map((
        { variant, seeds }: Record<string, unknown>,
      ) => [variant, seeds]),
      [
        ["length=5", { a: [0], b: [0, 1], paired: false }],
        ["length=20", { a: [0], b: [0, 1], paired: false }],
      ],
    );
    const strange = await call(["diff", join(a, "length=1,seed=0"), b, "--alpha", "2"]);
    assertEquals(strange.code, 2);
  }));

Deno.test("a run beside a sweep of its name is a seed of it only where the sweep lacks its seed", () =>
  inFolder(async (folder) => {
    const a = await writeRecord(join(folder, "a"), run(0.6));
    const b = await writeRecord(join(folder, "b"), run(0.8));
    await writeRecord(join(b, "seed=1"), run(0.8, { seed: 1 }));
    const compared = async () => JSON.parse((await call(["diff", a, b, "--format", "json"])).stdout);
    assertEquals((await compared()).seeds.b, [0, 1]);
    await writeRecord(join(b, "seed=0"), run(0.8));
    assertEquals(
      (await compared()).comparisons.map((
        { variant, seeds }: Record<string, { b: unknown }>,
      ) => [variant, seeds!.b]),
      [["(run alone)", [0]], ["(base)", [0, 1]]],
    );
  }));

Deno.test("saved reports are compared like the folders that they were made of", () =>
  inFolder(async (folder) => {
    const file = await writeExperiment(folder, {
      training: { batchSize: 8, steps: 4 },
      sweep: { seed: [0, 1] },
    });
    assertEquals((await call(["batch", file, "--results", folder])).code, 0);
    const sweep: string = join(folder, "small");
    const one: string = join(sweep, "seed=0");
    const json = async (a: string, b: string) => {
      const { stdout, stderr } = await call(["diff", a, b, "--format", "json"]);
      assertEquals(stderr, "");
      const { a: _, b: __, ...rest } = JSON.parse(stdout);
      return rest;
    };
    assertEquals(await json(join(one, "report.html"), join(sweep, "summary.html")), await json(one, sweep));
    const whole = await json(one, sweep);
    const earlier: string = join(sweep, "length=9");
    await Deno.mkdir(earlier);
    for await (const { name } of Deno.readDir(one)) await Deno.copyFile(join(one, name), join(earlier, name));
    const variants = (found: { comparisons?: readonly { variant: string }[] }) =>
      found.comparisons?.map(({ variant }) => variant);
    assertEquals(variants(await json(one, sweep)), ["length=9", "(base)"], "a folder is what it holds");
    assertEquals(await json(one, join(sweep, "summary.json")), whole, "a summary is what the batch ran");
    const page: string = join(folder, "diff.html");
    await Deno.writeTextFile(page, (await call(["diff", one, sweep, "--format", "html"])).stdout);
    const again = await call(["diff", page, one]);
    assertEquals(again.code, 2);
    assertStringIncludes(
      again.stderr,
      "diff.html holds no runs: name a run's folder, a sweep's, a saved report.html, summary.html or summary.json, or a baseline",
    );
  }));

Deno.test("what cannot be compared is refused with the reason", () =>
  inFolder(async (folder) => {
    const a = await writeRecord(join(folder, "a"), run(0.6));
    const other = madeUpRun({
      good: guesses(0.6),
      change: (one) => ({ ...one, id: `other ${one.id}`, text_sha256: `other ${one.text_sha256}` }),
    });
    const b = await writeRecord(join(folder, "b"), other);
    await Deno.mkdir(join(folder, "empty"));
    for (
      const [args, reason] of [
        [[a, b], "the test sets differ and cannot be paired"],
        [[a, join(folder, "nowhere")], "there is no "],
        [[a, join(folder, "empty")], "there is no complete run in"],
        [[a, join(a, "metrics.json")], "holds no runs"],
      ] as const
    ) {
      const { code, stderr } = await call(["diff", ...args]);
      assertEquals(code, 2, stderr);
      assertStringIncludes(stderr, reason);
    }
  }));
