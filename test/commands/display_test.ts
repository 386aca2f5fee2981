import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { main } from "../../src/cli.ts";
import { RecordingIo } from "../terminal/recording_io.ts";
import { Screen, widthOf } from "../terminal/screen.ts";
import { ROOT } from "../shared.ts";
import { call, exists, inFolder, writeExperiment } from "./softprompt.ts";

const HARD = { prompt: { kind: "hard", template: "{text} it was {mask} ." }, training: undefined };

/** A table of texts, with a number of them for each class. */
async function writeTable(path: string, counts: Readonly<Record<string, number>>): Promise<void> {
  const rows = Object.entries(counts).flatMap(([label, count]) =>
    Array.from({ length: count }, (_, i) => `film ${label} ${i},${label}\n`)
  );
  await Deno.writeTextFile(path, `text,label\n${rows.join("")}`);
}

/** The lines of JSON on standard error. */
const events = (stderr: string) => stderr.trimEnd().split("\n").map((line) => JSON.parse(line));

/** The stages that were shown, each once, in their order. */
const stagesOf = (stderr: string) => [
  ...new Set(events(stderr).filter(({ event }) => event === "progress").map(({ stage }) => stage)),
];

for (const columns of [40, 80, 200]) {
  Deno.test(`a run at a terminal of ${columns} columns draws nothing wider, and its results fit, too`, () =>
    inFolder(async (folder) => {
      const file = await writeExperiment(folder, { name: "a-name-of-some-length-for-a-narrow-terminal" });
      const screen = new Screen(columns);
      const io = new RecordingIo("", { terminal: screen, columns });
      const results = join(folder, "results");
      assertEquals(await main(["run", file, "--results", results], io), 0, io.stderr);
      assert(screen.frames.length > 0);
      for (const { rows } of screen.frames) for (const row of rows) assert(widthOf(row) < columns, row);
      assert(
        screen.frames.some(({ rows }) =>
          rows.join("").includes("a-name-of-some-length-for-a-narrow-terminal")
        ),
      );
      assertEquals(screen.lines(), []);
      const table = io.stdout.slice(0, io.stdout.indexOf("\n\n"));
      for (const line of table.split("\n")) assert(widthOf(line) <= columns, line);
    }));
}

Deno.test({
  name: "nothing is drawn at a terminal that knows no control sequences",
  ignore: !await exists("/usr/bin/script"),
  fn: () =>
    inFolder(async (folder) => {
      const file = await writeExperiment(folder);
      const main = join(ROOT, "src/main.ts");
      const command = `'${Deno.execPath()}' run -qA '${main}' run '${file}' --results '${folder}'`;
      const { code, stdout } = await new Deno.Command("/usr/bin/script", {
        args: ["-qec", command, "/dev/null"],
        env: { TERM: "dumb", NO_COLOR: "1" },
        stdin: "null",
      }).output();
      const said = new TextDecoder().decode(stdout);
      assertEquals([code, said.includes("\x1b")], [0, false], said);
    }),
});

Deno.test("each stage of a soft and of a hard prompt's run is shown, with texts and steps", () =>
  inFolder(async (folder) => {
    const run = async (changes: Record<string, unknown>) => {
      const file = await writeExperiment(folder, changes);
      const args = ["run", file, "--results", join(folder, "results"), "--log", "json"];
      const { code, stderr } = await call(args);
      assertEquals(code, 0, stderr);
      return stderr;
    };
    const soft = await run({ name: "soft" });
    assertEquals(stagesOf(soft), [
      "reading",
      "compiling",
      "encoding",
      "checking",
      "tuning",
      "validating",
      "comparing",
      "classifying",
    ]);
    const last = events(soft).findLast(({ stage }) => stage === "tuning");
    assertEquals([last.done, last.unit, typeof last.loss], [last.total, "steps", "number"]);
    const hard = await run({ ...HARD, name: "hard" });
    assertEquals(stagesOf(hard), ["reading", "compiling", "encoding", "checking", "classifying"]);
    const classified = events(hard).findLast(({ stage }) => stage === "classifying");
    assertEquals([classified.done, classified.share, classified.title], [classified.total, 1, "hard"]);
  }));

Deno.test("with --log json an error is a line of JSON, too", async () => {
  const { code, stderr } = await call(["run", "nowhere.yaml", "--log", "json"]);
  assertEquals(code, 2);
  const [{ event, level, message }] = events(stderr);
  assertEquals([event, level], ["message", "error"]);
  assertStringIncludes(message, "nowhere.yaml");
});

Deno.test("predict --file shows how many texts of the file are classified", () =>
  inFolder(async (folder) => {
    const results = join(folder, "results");
    assertEquals((await call(["run", await writeExperiment(folder, HARD), "--results", results])).code, 0);
    const texts = join(folder, "texts.txt");
    await Deno.writeTextFile(texts, "a text\n".repeat(1200));
    const args = ["predict", join(results, "small"), "--results", results, "--log", "json"];
    const { code, stdout, stderr } = await call([...args, "--file", texts]);
    assertEquals([code, stdout.trimEnd().split("\n").length], [0, 1200], stderr);
    const last = events(stderr).findLast(({ event }) => event === "progress");
    assertEquals([last.title, last.unit, last.done, last.total], [texts, "texts", 1200, 1200]);
    const piped = await call([...args, "--file", "-", "--input-format", "txt"], "one\ntwo\n");
    const { done, total } = events(piped.stderr).findLast(({ event }) => event === "progress");
    assertEquals([done, total], [2, undefined]);
  }));

Deno.test("at the end the report to open is named, and what the run can be compared with", () =>
  inFolder(async (folder) => {
    const results = join(folder, "results");
    const run = async (name: string) => {
      const { code, stdout, stderr } = await call([
        "run",
        await writeExperiment(folder, { ...HARD, name }),
        "--results",
        results,
      ]);
      assertEquals(code, 0, stderr);
      return stdout.trimEnd().split("\n").slice(-2);
    };
    const [a, b] = [join(results, "a"), join(results, "b")];
    assertEquals(await run("a"), [
      `report: ${join(a, "report.html")}`,
      `next: deno task diff RUN ${a} compares it with another run`,
    ]);
    assertEquals(await run("b"), [`report: ${join(b, "report.html")}`, `next: deno task diff ${a} ${b}`]);
    await Deno.stat(join(b, "report.html"));
  }));

Deno.test("a batch says once that texts overlap and classes are unequal, warns where all texts get one class, and names the best variant", () =>
  inFolder(async (folder) => {
    await writeTable(join(folder, "train.csv"), { negative: 40, positive: 4 });
    await writeTable(join(folder, "test.csv"), { negative: 6, positive: 6 });
    const file = await writeExperiment(folder, {
      dataset: { split: { train: "train.csv", test: "test.csv" }, validation: 0.25 },
      training: { batchSize: 8, steps: 2 },
      sweep: { "prompt.length": [1, 2] },
      // Words of which one is always the more probable.
      verbalizer: { negative: ["the", "a", "good"], positive: ["bad"] },
    });
    const results = join(folder, "results");
    const { code, stdout, stderr } = await call(["batch", file, "--results", results]);
    assertEquals(code, 0, stderr);
    const count = (text: string) => stderr.split(text).length - 1;
    assertEquals(count("test texts are also in the training set"), 1, stderr);
    assertStringIncludes(stderr, "remove them from one of the two");
    assertEquals(count("the classes of the training set are very unequal"), 1, stderr);
    assertStringIncludes(stderr, "'training.classWeights: balanced'");
    const rows = JSON.parse(await Deno.readTextFile(join(results, "small/summary.json"))).groups;
    const best = rows.toSorted((
      a: { validation: Record<string, { mean: number }> },
      b: { validation: Record<string, { mean: number }> },
    ) =>
      b.validation.accuracy!.mean - a.validation.accuracy!.mean ||
      a.validation.loss!.mean - b.validation.loss!.mean
    )[0];
    const length = best.settings["prompt.length"];
    assertStringIncludes(stdout, `best by validation accuracy: small, prompt.length=${length}: `);
    assertStringIncludes(stdout, `next: deno task diff ${join(results, "small")}`);
    const hard = await call([
      "run",
      await writeExperiment(folder, {
        ...HARD,
        name: "one-class",
        dataset: { split: { train: "train.csv", test: "test.csv" }, validation: 0 },
        verbalizer: { negative: ["the", "a", "good"], positive: ["bad"] },
      }),
      "--results",
      results,
    ]);
    assert(
      /warning: one-class: all 12 test texts got the class '\w+': try other words in 'verbalizer', or/
        .test(hard.stderr),
      hard.stderr,
    );
  }));

Deno.test("validate of a folder has a line for each file, and with --verbose one for each run", () =>
  inFolder(async (folder) => {
    await writeExperiment(folder, {
      sweep: { "prompt.length": [1, 2], seed: [0, 1] },
      training: { steps: 2 },
    });
    await Deno.rename(join(folder, "experiment.yaml"), join(folder, "sweep.yaml"));
    await writeExperiment(folder, { ...HARD, name: "hard" });
    const args = ["validate", join(folder, "*.yaml"), "--results", join(folder, "results")];
    const { code, stdout, stderr } = await call(args);
    assertEquals(code, 0, stderr);
    assert(/^small +4 /m.test(stdout), stdout);
    assert(/^hard +1 /m.test(stdout), stdout);
    assert(!stdout.includes("length=1,seed=0"), stdout);
    assertStringIncludes(stdout, "5 runs to do");
    const whole = await call([...args, "--verbose"]);
    assertStringIncludes(whole.stdout, "small/length=2,seed=1");
  }));
