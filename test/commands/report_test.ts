import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DOMParser } from "linkedom";
import { join } from "@std/path";
import { madeUpRun } from "../diff/runs.ts";
import { writeRecord } from "../results/write_record.ts";
import { call, inFolder, writeExperiment } from "./softprompt.ts";

Deno.test("report writes one page of a hard and a soft prompt, which a diff can read", () =>
  inFolder(async (folder) => {
    const training = { batchSize: 8, steps: 2 };
    const hard = { prompt: { kind: "hard", template: "{text} it was {mask} ." }, training: undefined };
    for (const changes of [{ name: "hard", ...hard }, { name: "soft", training }]) {
      const { code, stderr } = await call([
        "run",
        await writeExperiment(folder, changes),
        "--results",
        folder,
      ]);
      assertEquals(code, 0, stderr);
    }
    const runs = [join(folder, "hard"), join(folder, "soft")];
    const out = join(folder, "page.html");
    const { code, stdout, stderr } = await call(["report", `${runs[0]}/`, runs[1]!, "--out", out]);
    assertEquals([code, stdout, stderr], [0, `${out}: open it in a browser\n`, ""]);
    const html = await Deno.readTextFile(out);
    const shown = [
      "Comparison with the first run",
      "a joy | from start to end .",
      "{prompt} {text} it was {mask} .",
      'data-chart="intervals"',
      'data-chart="loss"',
      "Nearest vocabulary tokens",
    ];
    for (const text of shown) assertStringIncludes(html, text);
    const diff = await call(["diff", out, runs[1]!]);
    assertEquals(diff.code, 0, diff.stderr);
  }));

Deno.test("report refuses what is no complete run, a run that is named twice, and a page without a place", () =>
  inFolder(async (folder) => {
    const run = await writeRecord(join(folder, "run"), madeUpRun({ good: [0.1, 0.9] }));
    const out = join(folder, "page.html");
    const table = join(folder, "train.csv");
    await Deno.writeTextFile(table, "label,text\n");
    const refusals: readonly (readonly [readonly string[], string, number])[] = [
      [[join(folder, "none"), "--out", out], "there is no complete run in", 2],
      [[run, `${run}/`, "--out", out], `${run} is named twice: name each run once`, 2],
      [[run, "--out", join(folder, "no/page.html")], `there is no folder ${join(folder, "no")}: make it`, 2],
      [[run, "--out", run], `${run} is a folder: name a file in it with --out`, 2],
      [[run, "--out", join(folder, "new/")], `${join(folder, "new/")} is a folder: name a file in it`, 2],
      [[run, "--out", ""], "'--out <file>' is empty: give it a value", 2],
      [[run, "--out", join(run, "metrics.json")], "metrics.json is a file of a run: choose another", 2],
      [[run, "--out", table], `${table} is another file than a page: choose another with --out`, 2],
      [[run], "required option '--out <file>' not specified", 2],
    ];
    for (const [args, message, expected] of refusals) {
      const { code, stderr } = await call(["report", ...args]);
      assertEquals(code, expected, stderr);
      assertStringIncludes(stderr, message);
    }
    assertEquals(await Deno.readTextFile(table), "label,text\n");
    for (const _ of ["new", "again"]) assertEquals((await call(["report", run, "--out", out])).code, 0);
  }));

Deno.test("report shows runs of other test sets without a comparison, and says why", () =>
  inFolder(async (folder) => {
    const change = (one: Parameters<NonNullable<Parameters<typeof madeUpRun>[0]["change"]>>[0]) => ({
      ...one,
      id: `other:${one.id}`,
      text: `other ${one.text}`,
      text_sha256: `other ${one.text_sha256}`,
    });
    const a = await writeRecord(join(folder, "a"), madeUpRun({ good: [0.1, 0.9] }));
    const b = await writeRecord(join(folder, "b"), madeUpRun({ good: [0.1, 0.9], change }));
    const out = join(folder, "page.html");
    const { code, stderr } = await call(["report", a, b, "--out", out]);
    assertEquals(code, 0, stderr);
    assertStringIncludes(stderr, "the page has no comparison: ");
    assertStringIncludes(await Deno.readTextFile(out), "These runs cannot be compared");
  }));

Deno.test("report of a folder shows all complete runs in it, compares variants and not seeds, and names what is not complete", () =>
  inFolder(async (folder) => {
    const sweep = join(folder, "sweep");
    for (const length of [2, 4, 8]) {
      for (const seed of [0, 1]) {
        const run = madeUpRun({ good: length === 2 ? [0.6, 0.4] : [0.1, 0.9], length, seed });
        await writeRecord(join(sweep, `length=${length},seed=${seed}`), run);
      }
    }
    const partial = join(sweep, "length=16.partial");
    await Deno.mkdir(partial);
    await Deno.writeTextFile(join(partial, "content_hash"), "x");
    const out = join(folder, "page.html");
    const { code, stderr } = await call(["report", sweep, "--out", out]);
    assertEquals([code, stderr], [0, `left out, as it is not complete: ${partial}\n`]);
    const page = new DOMParser().parseFromString(await Deno.readTextFile(out), "text/html");
    const texts = (selector: string) =>
      [...page.querySelectorAll(selector)].map(({ textContent }) => textContent);
    assertEquals(texts("section.run > h2").length, 6);
    assertEquals(texts('[id^="comparison-"]'), [4, 8].map((length) => join(sweep, `length=${length}`)));
    assertEquals(texts("h1"), [sweep]);
    const again = await call(["report", sweep, join(sweep, "length=4,seed=1"), "--out", out]);
    assertEquals(again.code, 2);
    assertStringIncludes(again.stderr, "is named twice: name each run once");
  }));

Deno.test("report of seeds alone compares nothing", () =>
  inFolder(async (folder) => {
    const seeds = join(folder, "seeds");
    for (const seed of [0, 1]) {
      await writeRecord(join(seeds, `seed=${seed}`), madeUpRun({ good: [0.1, 0.9], seed }));
    }
    const out = join(folder, "page.html");
    const { code, stderr } = await call(["report", seeds, "--out", out]);
    assertEquals([code, stderr], [0, ""]);
    assert(!(await Deno.readTextFile(out)).includes("Comparison with the first run</span></h2>"));
  }));
