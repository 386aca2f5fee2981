import { NoClass } from "../dataset/columns.ts";
import type { GivenText } from "../dataset/given_texts.ts";
import { AnswerScore } from "../evaluation/answer_score.ts";
import { LabelScore } from "../evaluation/label_score.ts";
import { parseTarget } from "../experiment/template.ts";
import type { LoadedTextRun, TextAnswer } from "../inference/load_texts.ts";
import type { CommandIo } from "../terminal/command_io.ts";
import { endOf } from "./answer_end.ts";
import { emptyLines, type Input, openGiven, truncatedLines, type Work } from "./given_input.ts";
import { type AnswerForm, asJson, predictionWriter } from "./prediction_writer.ts";

/** The number of batches that are answered before their answers are written and more texts are read. */
const BATCHES = 8;

/** The generated text, the class that it stands for, why it ended, and the logarithm of its probability, its end token's included. */
function textAnswers({ classes }: LoadedTextRun): AnswerForm<TextAnswer> {
  return {
    json: (answer) => ({ generated: answer.text, ...endOf(answer) }),
    columns: ["generated", ...(classes.length > 0 ? ["predicted"] : []), "ended_by", "log_probability"],
    cells: (answer) => [answer.text, ...Object.values(endOf(answer))],
  };
}

/**
 * Answers texts with generated texts, free ones or those of classes. Where they are typed at a terminal, each is answered as it comes,
 * and its answer is written as it grows.
 *
 * @throws {InputError} where a text lacks a column of the template
 */
export async function answerTexts(run: LoadedTextRun, input: Input, io: CommandIo): Promise<void> {
  const { columns: placeholders, classes, experiment: { dataset, answer, evaluation } } = run;
  const isTyped = input.file === "-" && io.isTyped;
  const work: Work = { stage: "answering", together: isTyped ? 1 : BATCHES * evaluation.batchSize };
  const target = "target" in answer ? { target: parseTarget(answer.target) } : {};
  const { parts, show } = await openGiven(input, { placeholders, dataset, classes, ...target }, work, io);
  const form = textAnswers(run);
  const writer = predictionWriter(input.format, form);
  const scores = { answers: new AnswerScore(), labels: new LabelScore(classes) };
  const counts = { texts: 0, truncated: 0, long: 0, illegal: 0 };
  const answered = async (part: readonly GivenText[], before: number): Promise<readonly TextAnswer[]> => {
    const [first] = part;
    if (isTyped && input.format === "jsonl" && first !== undefined) {
      return [await streamed(run, form, first, io)];
    }
    const answers = await run.answer(
      part.map(({ placed }) => placed),
      isTyped ? undefined : (done) => show(before + done),
    );
    await io.write(writer.lines(answers.map((answer, i) => ({ shown: part[i]!.shown, answer }))));
    return answers;
  };
  for await (const { part, before } of parts) {
    for (const [i, { text, predicted, endedBy, truncated }] of (await answered(part, before)).entries()) {
      const { targets, label } = part[i]!;
      if (targets !== undefined) scores.answers.see(text, targets);
      if (label !== undefined && predicted !== undefined) {
        scores.labels.see(label instanceof NoClass ? label.value : label, predicted);
      }
      counts.texts++;
      if (truncated > 0) counts.truncated++;
      if (endedBy === "length") counts.long++;
      if (predicted === null) counts.illegal++;
    }
  }
  io.progress.end();
  const lines = [
    ...emptyLines(counts.texts, input),
    ...truncatedLines(counts.truncated, counts.texts),
    ...longLines(counts.long, counts.texts),
    ...illegalLines(counts.illegal, counts.texts),
    ...writer.notes(),
    ...scores.answers.lines(),
    ...scores.labels.lines(),
  ];
  for (const line of lines) io.log(line);
}

/** Answers a text, and writes the line of its answer as the text grows. */
async function streamed(
  run: LoadedTextRun,
  { columns: own }: AnswerForm<TextAnswer>,
  { placed, shown }: GivenText,
  io: CommandIo,
): Promise<TextAnswer> {
  const others = Object.fromEntries(Object.entries(shown).filter(([name]) => !own.includes(name)));
  const opened = JSON.stringify({ ...others, generated: "" }, asJson);
  await io.write(opened.slice(0, -'"}'.length));
  const pieces = run.stream(placed);
  for (;;) {
    const { done, value } = await pieces.next();
    if (done) {
      await io.write(`",${JSON.stringify(endOf(value)).slice(1)}\n`);
      return value;
    }
    // Pieces are whole characters, so that their escapes are, too.
    await io.write(JSON.stringify(value).slice(1, -1));
  }
}

/** What is said of answers that are as long as they may be, which may be cut off. */
function longLines(long: number, count: number): string[] {
  return long === 0 ? [] : [
    `${long} of ${count} answers have as many tokens as they may have, and may be cut off ('evaluation.generate.maxTokens')`,
  ];
}

/** What is said of answers that are the texts of no class. */
function illegalLines(illegal: number, count: number): string[] {
  return illegal === 0 ? [] : [
    `${illegal} of ${count} answers are the text of no class ('predicted' is null)`,
  ];
}
