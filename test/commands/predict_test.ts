import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parse } from "@std/csv/parse";
import { join } from "@std/path";
import { wilsonInterval } from "../../src/evaluation/metrics.ts";
import { call, type Called, inFolder, writeExperiment } from "./softprompt.ts";

const HARD = { prompt: { kind: "hard", template: "{text} it was {mask} ." }, training: undefined };

/** The columns of the run's data, which `labels` maps to classes. */
const OWN = { text: "review", label: "stars", labels: { "1": "negative", "5": "positive", "3": null } };

const ROWS = [["a joy from start to end", "5"], ["dull , long and loud", "1"], ["neither, nor", "3"], [
  "bad ; bad",
  "5",
]] as const;

const csv = (separator: string) =>
  `stars${separator}review\n${ROWS.map(([text, stars]) => `${stars}${separator}"${text}"\n`).join("")}`;
const JSONL = ROWS.map(([review, stars]) => `${JSON.stringify({ stars: Number(stars), review })}\n`).join("");

/** A run on data of one's own, and what predicts with it. */
async function withRun(
  dataset: Record<string, unknown>,
  test: (
    folder: string,
    predict: (args: readonly string[], input?: string) => Promise<Called>,
  ) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const results = join(folder, "results");
    const rows = Array.from({ length: 8 }, (_, i) => `${i % 2 ? 5 : 1};"film ${i}"\n`).join("");
    await Deno.writeTextFile(join(folder, "own.csv"), `stars;review\n${rows}`);
    const experiment = await writeExperiment(folder, {
      ...HARD,
      dataset: { file: "own.csv", ...OWN, ...dataset },
    });
    const { code, stderr } = await call(["run", experiment, "--results", results]);
    assertEquals(code, 0, stderr);
    await test(folder, async (args, input) => {
      const called = await call(["predict", join(results, "small"), ...args, "--results", results], input);
      assertEquals(called.code, 0, called.stderr);
      return called;
    });
  });
}

Deno.test("labelled files of every kind are read by the run's columns, and scored by its labels", () =>
  withRun({}, async (folder, predict) => {
    const files = {
      "a.csv": csv(";"),
      "b.CSV": csv(","),
      "c.tsv": `stars\treview\n${ROWS.map(([text, stars]) => `${stars}\t${text}\n`).join("")}`,
      "d.jsonl": JSONL,
      "e.json": `[${JSONL.trim().replaceAll("\n", ",")}]`,
    };
    let first: unknown;
    for (const [name, content] of Object.entries(files)) {
      await Deno.writeTextFile(join(folder, name), content);
      const { stdout, stderr } = await predict(["--file", join(folder, name)]);
      const answers = stdout.trim().split("\n").map((line) => JSON.parse(line));
      assertEquals(answers.map(({ review }) => review), ROWS.map(([text]) => text), name);
      const predicted = answers.map(({ predicted }) => predicted);
      assertEquals(predicted, first ??= predicted, name);
      const right = predicted.filter((one, i) =>
        one === ({ "1": "negative", "5": "positive" } as Record<string, string>)[ROWS[i]![1]]
      ).length;
      const [low, high] = wilsonInterval(right, 3).map((share) =>
        (100 * share).toFixed(1)
      );
      assertStringIncludes(
        stderr,
        `accuracy ${
          (100 * right / 3).toFixed(1)
        }% (95% interval ${low}% to ${high}%): ${right} of 3 labelled texts\n1 label stands for none of the run's classes (negative, positive) and is not counted ('3': 1)`,
        name,
      );
    }
  }));

Deno.test("standard input is what --input-format says, and JSON Lines without it", () =>
  withRun({}, async (_, predict) => {
    const texts = (stdout: string, column: string) =>
      stdout.trim().split("\n").map((line) => JSON.parse(line)[column]);
    const expected = ROWS.map(([text]) => text);
    assertEquals(texts((await predict(["--file", "-"], JSONL)).stdout, "review"), expected);
    for (
      const [kind, input] of [
        ["csv", csv(";")],
        ["tsv", csv("\t").replaceAll('"', "")],
        ["json", `[${JSONL.trim().replaceAll("\n", ",")}]`],
      ] as const
    ) {
      const { stdout } = await predict(["--file", "-", "--input-format", kind], input);
      assertEquals(texts(stdout, "review"), expected, kind);
    }
    const { stdout } = await predict(["--file", "-", "--input-format", "txt"], "a joy\n\ndull\n");
    assertEquals(texts(stdout, "text"), ["a joy", "", "dull"]);
  }));

Deno.test("a table without a first line of names is read as the run's data are", () =>
  withRun({}, async (folder, predict) => {
    await Deno.writeTextFile(join(folder, "x"), csv(";"));
    const { stdout } = await predict(["--file", join(folder, "x"), "--input-format", "csv"]);
    assertEquals(stdout.trim().split("\n").length, ROWS.length);
    const results: string = join(folder, "results");
    const run: string = join(results, "small");
    const unnamed = await call(["predict", run, "--file", join(folder, "x"), "--results", results]);
    assertStringIncludes(
      unnamed.stderr,
      "by its first bytes: name it with --input-format, or save it as one of",
    );
  }));

Deno.test("--format csv writes the file's columns, the class, and the probability of each class; no cell is a formula", () =>
  withRun({}, async (_, predict) => {
    const input = [
      { review: "=1+1", id: 7, predicted: "old", note: "two\nlines" },
      { review: 'a "joy", a pleasure', id: 12345678901234567890n },
    ].map((one) =>
      `${JSON.stringify(one, (_, value) => typeof value === "bigint" ? Number(value) : value)}\n`
    )
      .join("");
    const json = (await predict(["--file", "-"], input)).stdout.trim().split("\n").map((line) =>
      JSON.parse(line)
    );
    const { stdout, stderr } = await predict(["--file", "-", "--format", "csv"], input);
    const [header, ...rows]: string[][] = parse(stdout);
    assertEquals(header, [
      "review",
      "id",
      "note",
      "predicted",
      "probability_negative",
      "probability_positive",
    ]);
    assertEquals(rows.map((row) => row.slice(0, 3)), [["'=1+1", "7", "two\nlines"], [
      'a "joy", a pleasure',
      "12345678901234567000",
      "",
    ]]);
    assertEquals(rows.map((row) => row[3]), json.map(({ predicted }) => predicted));
    assertEquals(rows.map((row) => Number(row[5])), json.map(({ probabilities }) => probabilities.positive));
    assert(!stderr.includes("accuracy"), stderr);
  }));

Deno.test("values reach a pipe or a file as they are, with their control and direction characters", () =>
  withRun({}, async (_, predict) => {
    const review = "bell \x07, escape \x1b[1m, \x9b and \u202eright to left\r\nin two lines";
    const input = `${JSON.stringify({ review, [review]: review })}\n`;
    const written = await predict(["--file", "-", "--format", "csv"], input);
    const cell = `"${review}"`;
    assertEquals(written.stdout.split(`,predicted,`)[0], `review,${cell}`);
    assertStringIncludes(written.stdout, `\n${cell},${cell},`);
    const { stdout } = await predict(["--file", "-"], input);
    assertEquals(JSON.parse(stdout)[review], review);
  }));

Deno.test("columns without names are told apart by their numbers", () =>
  withRun({}, async (folder, predict) => {
    const file = join(folder, "unnamed.csv");
    await Deno.writeTextFile(file, "review,,,\na joy,1,2,3\n");
    const [header, row]: string[][] = parse((await predict(["--file", file, "--format", "csv"])).stdout);
    assertEquals(header?.slice(0, 4), ["review", "column 2", "column 3", "column 4"]);
    assertEquals(row?.slice(0, 4), ["a joy", "1", "2", "3"]);
    await Deno.writeTextFile(file, ",review,\n1,a joy,2\n");
    const { stdout } = await predict(["--file", file]);
    const { predicted: _, probabilities: __, ...shown } = JSON.parse(stdout);
    assertEquals(shown, { "column 1": "1", review: "a joy", "column 3": "2" });
  }));

Deno.test("a file without texts is said to have none", () =>
  withRun({}, async (folder, predict) => {
    const file = join(folder, "none.csv");
    await Deno.writeTextFile(file, "review,stars\n");
    for (const [given, input] of [[file, ""], ["-", "\n"]] as const) {
      const { stdout, stderr } = await predict(["--file", given], input);
      assertEquals(stdout, "");
      assertStringIncludes(stderr, `there are no texts in ${given === "-" ? "standard input" : file}`);
    }
  }));

Deno.test("the columns of later texts that a table lacks are named", () =>
  withRun({}, async (_, predict) => {
    const input = `${'{"review": "a joy"}\n'.repeat(1024)}{"review": "dull", "late": 1}\n`;
    const { stdout, stderr } = await predict(["--file", "-", "--format", "csv"], input);
    assertEquals(parse(stdout).length, 1026);
    assertStringIncludes(stderr, "lacks 'late' of later ones: --format jsonl writes all");
  }));

Deno.test("--input-format and --encoding belong to --file", async () => {
  const { code, stderr } = await call(["predict", "results/none", "a joy", "--input-format", "csv"]);
  assertEquals([code, stderr.includes("--input-format can only be used with --file")], [2, true]);
});
