import { assert, assertEquals, assertIsError, assertRejects } from "@std/assert";
import { encodeBase64 } from "@std/encoding/base64";
import { join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { packRuns } from "../../src/results/packed_runs.ts";
import type { RunRecord } from "../../src/results/read_run.ts";
import { readReport, runsElement } from "../../src/results/saved_report.ts";
import { inFolder } from "../commands/softprompt.ts";
import { madeUpRun } from "../diff/runs.ts";
import { mutations } from "../fuzz/mutate.ts";

/** A page whose runs are of some other shape. */
function pageOf(content: unknown): Promise<string> {
  return pageOfJson(ReadableStream.from([JSON.stringify(content)]));
}

async function pageOfJson(pieces: ReadableStream<string>): Promise<string> {
  const empty = await runsElement(new Map());
  const json = pieces.pipeThrough(new TextEncoderStream()).pipeThrough(new CompressionStream("gzip"));
  const packed = encodeBase64(await new Response(json).arrayBuffer());
  return empty.replace(/>[^<]*</, `>${packed}<`);
}

Deno.test("a saved report gives back its runs", () =>
  inFolder(async (folder) => {
    const runs = new Map([["one", madeUpRun({ good: [0.1, 0.9] })]]);
    const file = join(folder, "report.html");
    await Deno.writeTextFile(file, `<html>${await runsElement(runs)}</html>`);
    assertEquals(await readReport(file), { runs, unfinished: [] });
  }));

Deno.test("a saved report of a newer format is called newer, not damaged, though its shape is another; one of no runs is none", () =>
  inFolder(async (folder) => {
    const file = join(folder, "report.html");
    const runs = [{ environment: { format: "softprompt-run/2", machine: {} }, answers: [] }];
    await Deno.writeTextFile(file, await pageOf({ runs }));
    await assertRejects(() => readReport(file), InputError, "report.html was written by a newer softprompt");
    await Deno.writeTextFile(file, await pageOf({ runs: [{}] }));
    await assertRejects(() => readReport(file), InputError, "report.html is damaged");
    await Deno.writeTextFile(file, await pageOf({ testSets: [], runs: [] }));
    await assertRejects(() => readReport(file), InputError, "report.html holds no runs: name a run's folder");
  }));

Deno.test("a saved report of an unknown format, or with scores that cannot be its run's, is refused", () =>
  inFolder(async (folder) => {
    const file = join(folder, "report.html");
    const whole = madeUpRun({ good: [0.1, 0.9] });
    const { environment, metrics, predictions } = whole;
    const { confusion } = metrics.test;
    const test = (changes: Partial<typeof metrics.test>): Partial<RunRecord> => ({
      metrics: { ...metrics, test: { ...metrics.test, ...changes } },
    });
    const predicted = (changes: Partial<RunRecord["predictions"][number]>): Partial<RunRecord> => ({
      predictions: predictions.map((one) => ({ ...one, ...changes })),
    });
    const refusals: [Partial<RunRecord>, string][] = [
      [test({ examples: 3 }), "it has 2 predictions of a run with 3 test examples"],
      [
        test({ confusion: { ...confusion, classes: ["bad", "best"] } }),
        "'test.confusion.classes' is bad, best",
      ],
      [test({ confusion: { ...confusion, counts: [[2]] } }), "'test.confusion.counts' is [[2]]"],
      [test({ per_class: {} }), "'test.per_class' has empty, and the classes are bad, good"],
      [predicted({ label: "best" }), `the prediction of 'test:0': 'label' is "best", which is not a class`],
      [predicted({ probabilities: { bad: 1 } }), "'probabilities' has bad, and the classes are bad, good"],
      [predicted({ probabilities: { bad: 2, good: -1 } }), "holds predictions without probabilities"],
    ];
    for (const [changes, message] of refusals) {
      await Deno.writeTextFile(file, await runsElement(new Map([["", { ...whole, ...changes }]])));
      await assertRejects(() => readReport(file), InputError, message);
    }
    await Deno.writeTextFile(
      file,
      await pageOf({ runs: [{ environment: { ...environment, format: "other/1" } }] }),
    );
    await assertRejects(() => readReport(file), InputError, `has the unknown format "other/1" in 'format'`);
  }));

Deno.test("runs that unpack to more than the limit, or are nested too deeply, are refused with the reason", () =>
  inFolder(async (folder) => {
    const file = join(folder, "report.html");
    const spaces = `{"testSets":[],"runs":[${" ".repeat(2 ** 20)}`;
    const many = ReadableStream.from([spaces, ...Array<string>(128).fill(" ".repeat(2 ** 20)), "]}"]);
    await Deno.writeTextFile(file, await pageOfJson(many));
    assert((await Deno.stat(file)).size < 2 ** 19);
    await assertRejects(
      () => readReport(file),
      InputError,
      "report.html is damaged (it unpacks to more than 128 MiB): name a run's folder",
    );
    const deep = `{"testSets":[],"runs":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    await Deno.writeTextFile(file, await pageOfJson(ReadableStream.from([deep])));
    await assertRejects(() => readReport(file), InputError, "nested more than 500 deep");
    await Deno.truncate(file, 2 ** 28 + 1);
    await assertRejects(
      () => readReport(file),
      InputError,
      "report.html is too large to be read (257 MiB, and at most 256 MiB)",
    );
  }));

Deno.test("damaged runs in a report are an error that names the file, and never other runs", () =>
  inFolder(async (folder) => {
    const file = join(folder, "report.html");
    const runs = new Map([["one", madeUpRun({ good: [0.1, 0.9] })], [
      "two",
      madeUpRun({ good: [0.6, 0.2] }),
    ]]);
    const { testSets, runs: [one, two] } = packRuns(runs);
    for (
      const [damaged, why] of [
        [{ testSets: [], runs: [one] }, "a run has 2 predictions for no test examples"],
        [{ testSets: [testSets[0]!.slice(1)], runs: [one] }, "a run has 2 predictions for 1 test examples"],
        [{ testSets, runs: [one, one] }, "two of its runs have the same name"],
        [
          { testSets: [[]], runs: [{ ...two, testSet: 0, predictions: [] }] },
          "it has 0 predictions of a run with 2",
        ],
        [{ testSets, runs: [{ ...one, experiment: [[[]]] }] }, "is damaged"],
      ] as const
    ) {
      await Deno.writeTextFile(file, await pageOf(damaged));
      await assertRejects(() => readReport(file), InputError, why);
    }
    const whole = new TextEncoder().encode(await runsElement(runs));
    const copies = mutations(whole, 2);
    for (let i = 0; i < 300; i++) {
      const { what, bytes } = copies.next().value;
      await Deno.writeFile(file, bytes);
      const read = await readReport(file).catch((error) => error);
      if (read instanceof Error) assertIsError(read, InputError, "report.html", what);
      else assertEquals(read, { runs, unfinished: [] }, what);
    }
  }));
