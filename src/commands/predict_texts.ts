import type { GivenText } from "../dataset/given_texts.ts";
import { AnswerScore } from "../evaluation/answer_score.ts";
import { parseTarget } from "../experiment/template.ts";
import type { LoadedTextRun, TextAnswer } from "../inference/load_texts.ts";
import type { CommandIo } from "../terminal/command_io.ts";
import { endOf } from "./answer_end.ts";
import { type Input, openGiven, truncatedLines, type Work } from "./given_input.ts";
import { type AnswerForm, asJson, predictionWriter } from "./prediction_writer.ts";

/** The number of batches that are answered before their answers are written and more texts are read. */
const BATCHES = 8;

/** The generated text, why it ended, and the logarithm of its probability, its end token's included. */
const TEXT_ANSWERS: AnswerForm<TextAnswer> = {
  json: (answer) => ({ generated: answer.text, ...endOf(answer) }),
  columns: ["generated", "ended_by", "log_probability"],
  cells: (answer) => [answer.text, ...Object.values(endOf(answer))],
};

/**
 * Answers texts with free texts. Where they are typed at a terminal, each is answered as it comes, and its answer is written as it
 * grows.
 *
 * @throws {InputError} where a text lacks a column of the template
 */
export async function answerTexts(run: LoadedTextRun, input: Input, io: CommandIo): Promise<void> {
  const { columns: placeholders, experiment: { dataset, answer: { target }, evaluation } } = run;
  const isTyped = input.file === "-" && io.isTyped;
  const work: Work = { stage: "answering", together: isTyped ? 1 : BATCHES * evaluation.batchSize };
  const reader = { placeholders, dataset, classes: [], target: parseTarget(target) };
  const { parts, show } = await openGiven(input, reader, work, io);
  const writer = predictionWriter(input.format, TEXT_ANSWERS);
  const score = new AnswerScore();
  const counts = { texts: 0, truncated: 0, long: 0 };
  const answered = async (part: readonly GivenText[], before: number): Promise<readonly TextAnswer[]> => {
    const [first] = part;
    if (isTyped && input.format === "jsonl" && first !== undefined) return [await streamed(run, first, io)];
    const answers = await run.answer(
      part.map(({ placed }) => placed),
      isTyped ? undefined : (done) => show(before + done),
    );
    await io.write(writer.lines(answers.map((answer, i) => ({ shown: part[i]!.shown, answer }))));
    return answers;
  };
  for await (const { part, before } of parts) {
    for (const [i, { text, endedBy, truncated }] of (await answered(part, before)).entries()) {
      const { targets } = part[i]!;
      if (targets !== undefined) score.see(text, targets);
      counts.texts++;
      if (truncated > 0) counts.truncated++;
      if (endedBy === "length") counts.long++;
    }
  }
  io.progress.end();
  const lines = [
    ...truncatedLines(counts.truncated, counts.texts),
    ...longLines(counts.long, counts.texts),
    ...writer.notes(),
    ...score.lines(),
  ];
  for (const line of lines) io.log(line);
}

/** Answers a text, and writes the line of its answer as the text grows. */
async function streamed(
  run: LoadedTextRun,
  { placed, shown }: GivenText,
  io: CommandIo,
): Promise<TextAnswer> {
  const own = TEXT_ANSWERS.columns;
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
