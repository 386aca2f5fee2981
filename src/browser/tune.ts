import { exampleOf, neededColumns, NoClass, PLAIN_COLUMNS } from "../dataset/columns.ts";
import type { Example } from "../dataset/example.ts";
import { FormatError } from "../dataset/format_error.ts";
import { readExamples } from "../dataset/reading.ts";
import { linesOf, recordsOf, splitRows, unquotedRows } from "../dataset/rows.ts";
import type { Device, Tensor } from "../device/device.ts";
import { SessionGroup } from "../device/session_group.ts";
import { tensorNamed } from "../device/tensor_data.ts";
import { InputError } from "../base/errors.ts";
import { RandomStream } from "../base/random_stream.ts";
import { EmbeddingSpace } from "../prompt/embedding_space.ts";
import { initialPrompt } from "../prompt/initialization.ts";
import { fillerOf } from "../prompt/padding.ts";
import { verbalizerFeeds } from "../prompt/verbalizer.ts";
import { tune, type TuningEvent } from "../training/trainer.ts";
import { checkNumbers } from "./check_numbers.ts";
import type { ServedRun } from "./served_run.ts";

/** A request of the page to tune a prompt. */
export interface TuneRequest {
  /** Tab-separated; the first line names the columns `text` and `label`. */
  readonly table: string;
  readonly length: number;
  readonly steps: number;
  readonly learningRate: number;
  readonly seed: number;
  readonly signal: AbortSignal;
  /** Takes a line about the texts, the prompt or the device, for the user. */
  readonly note: (line: string) => void;
}

/**
 * The labelled texts of a pasted table.
 *
 * @throws {InputError} naming the line of a label that is not one of the classes
 */
function readPasted(table: string, classes: readonly string[]): Example[] {
  const needed = neededColumns(PLAIN_COLUMNS);
  const rows = unquotedRows(splitRows(linesOf(table), "\t"), "line", () => {});
  const examples: Example[] = [];
  try {
    const records = recordsOf(rows, "line", (names) => needed.find((column) => !names.includes(column)));
    for (const one of records) {
      const example = exampleOf(one, "pasted", "line", PLAIN_COLUMNS);
      if (example instanceof NoClass) continue;
      if (!classes.includes(example.label)) {
        throw new InputError(
          `line:${one.line}: the label '${example.label}' is not one of ${classes.join(", ")}`,
        );
      }
      examples.push(example);
    }
  } catch (error) {
    // The original message recommends a key of an experiment's dataset.
    throw error instanceof FormatError ? new InputError(error.what, { cause: error }) : error;
  }
  if (examples.length === 0) {
    throw new InputError("the table has only a header line: add labelled texts below it");
  }
  return examples;
}

/**
 * Tunes a prompt as a run does: the same initialization, order of examples, optimizer and schedule, from the same seed.
 *
 * @returns float32 [length, dimension]
 * @throws {InputError} where a number is outside its limits, or the table is malformed
 */
export async function* tuneInBrowser(
  run: ServedRun,
  device: Device,
  { table, length, steps, learningRate, seed, signal, note }: TuneRequest,
): AsyncGenerator<TuningEvent, Tensor> {
  const { about, tokenizer, classes } = run;
  checkNumbers({ length, steps, learningRate, seed }, about.limits);
  const examples = readExamples(readPasted(table, classes), about.clean);
  const encoder = run.encoder(length);
  const { epochs: _, earlyStopping: __, ...training } = about.training;
  const encoded = examples.map(({ text, label }) => ({
    ...encoder.encode({ text }),
    label: classes.indexOf(label),
  }));
  const truncated = encoded.filter((example) => example.truncated > 0).length;
  if (truncated > 0) {
    note(`${truncated} of ${encoded.length} texts are truncated to fit the model's positions`);
  }
  const sessions = new SessionGroup(note);
  try {
    const embed = await sessions.add(device.open(await run.graph("embed")));
    const { prompt, warnings } = await initialPrompt(about.initialization, length, {
      space: new EmbeddingSpace(embed, about.dimension, about.card.firstPosition, about.facts.rows),
      tokenizer,
      trainingTexts: examples.map(({ text }) => text),
      labelWords: Object.values(about.verbalizer).flat(),
      stream: new RandomStream(seed, "initialization"),
    });
    await sessions.release([embed]);
    warnings.forEach(note);
    const trainStep = await sessions.add(device.openResident(await run.graph("train")));
    const update = await sessions.add(device.openResident(await run.graph("update")));
    const tuned = yield* tune({
      trainStep,
      update,
      state: run.state,
      parameters: { prompt },
      examples: encoded,
      padId: fillerOf({ card: about.card, tokenizer }, trainStep),
      verbalizer: verbalizerFeeds(run.verbalizer),
      spec: {
        ...training,
        steps,
        optimizer: { ...training.optimizer, learningRate },
        batchSize: Math.min(training.batchSize, examples.length),
        logEvery: 1,
      },
      seed,
      signal,
    });
    return tensorNamed(tuned.parameters, "prompt");
  } finally {
    await sessions.release();
  }
}
