import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { parse } from "@std/csv/parse";
import { join } from "@std/path";
import { loadRun } from "softprompt";
import { main } from "../../src/cli.ts";
import { measureAnswers } from "../../src/evaluation/text_metrics.ts";
import { scoreText } from "../../src/text_metrics/score_text.ts";
import { RecordingIo } from "../terminal/recording_io.ts";
import { freeExperiment } from "./free_experiment.ts";
import { call, type Called, inFolder } from "./softprompt.ts";

const ROWS = [
  { question: "what is the film", context: "it was dull", answers: ["dull", "very dull"], id: 1 },
  { question: "who was it", context: "the plot", answers: "plot", id: 2 },
  { question: "what", context: "it was fun and good", id: 3 },
];

/** A run of free texts, and what predicts with it. */
async function withRun(
  changes: Record<string, unknown>,
  test: (run: string, predict: (args: readonly string[], input?: string) => Promise<Called>) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const file = await freeExperiment(folder, { training: undefined, ...changes });
    const { code, stderr } = await call(["run", file, "--results", folder]);
    assertEquals(code, 0, stderr);
    const run: string = join(folder, "free");
    await test(run, (args, input) => call(["predict", run, ...args, "--results", folder], input));
  });
}

const lines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

Deno.test("texts of files are answered with texts, which are scored where the file has right answers", () =>
  withRun({}, async (run, predict) => {
    const { code, stdout, stderr } = await predict(["--file", "-"], lines(ROWS));
    assertEquals(code, 0, stderr);
    const loaded = await loadRun(run, { answers: "texts" });
    const answers = await loaded.answer(ROWS.map(({ question: text, context }) => ({ text, context })));
    await loaded.release();
    const found = stdout.trim().split("\n").map((line) => JSON.parse(line));
    for (const [i, row] of ROWS.entries()) {
      const { generated, ended_by, log_probability, ...others } = found[i]!;
      assertEquals(others, row);
      assertEquals([generated, ended_by], [answers[i]!.text, answers[i]!.endedBy]);
      const sum = answers[i]!.tokens.reduce((total, { logProbability }) => total + logProbability, 0);
      assertAlmostEquals(log_probability, sum, 1e-5);
    }
    const scores = ROWS.flatMap(({ answers: right }, i) =>
      right === undefined ? [] : [scoreText(answers[i]!.text, [right].flat())]
    );
    const { value } = measureAnswers(scores).token_f1;
    assertStringIncludes(stderr, `token F1 ${(100 * value).toFixed(1)}% (95% interval`);
    assertStringIncludes(stderr, ": 2 texts with right answers");
    const cut = answers.filter(({ endedBy }) => endedBy === "length").length;
    assertStringIncludes(stderr, `${cut} of 3 answers have as many tokens as they may have`);

    const table = await predict(["--file", "-", "--format", "csv"], lines(ROWS));
    const [header, ...rows]: string[][] = parse(table.stdout);
    assertEquals(header!.slice(-3), ["generated", "ended_by", "log_probability"]);
    assertEquals(rows.map((row) => row[header!.indexOf("generated")]), answers.map(({ text }) => text));
  }));

Deno.test("texts that are typed at a terminal are answered one by one, in pieces that make up the same line", () =>
  withRun({ evaluation: { generate: { maxTokens: 12 } } }, async (run, predict) => {
    const given = lines([...ROWS, { ...ROWS[0], generated: "old" }]);
    const piped = await predict(["--file", "-"], given);
    class TypedIo extends RecordingIo {
      readonly pieces: string[] = [];
      override readonly write = (text: string): Promise<void> => {
        this.pieces.push(text);
        return Promise.resolve();
      };
    }
    const io = new TypedIo(given, { isTyped: true });
    assertEquals(await main(["predict", run, "--file", "-", "--results", join(run, "..")], io), 0);
    const read = (text: string) => text.trim().split("\n").map((line) => JSON.parse(line));
    assertEquals(
      read(io.pieces.join("")).map(({ log_probability, ...line }) => [line, log_probability.toFixed(3)]),
      read(piped.stdout).map(({ log_probability, ...line }) => [line, log_probability.toFixed(3)]),
    );
    assert(io.pieces.length > 3 * ROWS.length, JSON.stringify(io.pieces));
  }));

Deno.test("texts on the command line are answered; what does not belong to a run of free texts is refused", () =>
  withRun({
    prompt: { kind: "hard", template: "{text} answer" },
    dataset: { file: "data.jsonl", text: "question", split: { test: 0.3, validation: 0.2 } },
    evaluation: { metrics: ["perplexity"], generate: { maxTokens: 3 } },
  }, async (_, predict) => {
    const { code, stdout, stderr } = await predict(["what is it", "who", "--device", "cpu"]);
    assertEquals(code, 0, stderr);
    assertEquals(
      stdout.trim().split("\n").map((line) => JSON.parse(line).text),
      ["what is it", "who"],
    );
    assert(!stderr.includes("right answers"), stderr);
    const refused = await predict(["what", "--prompt", "prompt.safetensors"]);
    assertEquals(refused.code, 2);
    assertStringIncludes(refused.stderr, "--prompt takes the place of the prompt of a run of classes");
    const lacking = await predict(["--file", "-"], '{"context": "it was fun"}\n');
    assertEquals(lacking.code, 2);
    assertStringIncludes(lacking.stderr, "question");
  }));
