import type { Example } from "../dataset/example.ts";
import { readExamples } from "../dataset/reading.ts";
import { splitByShares } from "../dataset/split.ts";
import type { Bilingual } from "../base/bilingual.ts";
import type { Device, Tensor } from "../device/device.ts";
import { stepReplay } from "../device/replay_of.ts";
import { SessionGroup } from "../device/session_group.ts";
import { tensorNamed } from "../device/tensor_data.ts";
import { RandomStream } from "../base/random_stream.ts";
import { EmbeddingSpace } from "../prompt/embedding_space.ts";
import { initialPrompt } from "../prompt/initialization.ts";
import { fillerOf } from "../prompt/padding.ts";
import { type Verbalizer, verbalizerFeeds } from "../prompt/verbalizer.ts";
import { tune, type TuningEvent } from "../training/trainer.ts";
import { checkNumbers } from "./check_numbers.ts";
import { type ClassWords, readClassWords } from "./class_words.ts";
import { linesWithoutText, textsTruncated } from "./phrases.ts";
import type { ServedRun } from "./served_run.ts";
import { readTypedTable } from "./typed_table.ts";
import { typedVerbalizer } from "./typed_verbalizer.ts";

/** A request of the page to tune a prompt. */
export interface TuneRequest {
  /** The classes and their words, as `readClassWords` reads them. */
  readonly classes: string;
  /** Tab-separated; the first line names the columns `text` and `label`. */
  readonly table: string;
  readonly length: number;
  readonly steps: number;
  readonly learningRate: number;
  readonly seed: number;
  /** The share of the texts that is not tuned on, in per cent. */
  readonly heldOut: number;
  readonly signal: AbortSignal;
  /** Takes a line about the texts, the prompt or the device, for the user. */
  readonly note: (line: string | Bilingual) => void;
}

/** What the page has tuned. */
export interface TunedInPage {
  /** float32 [length, dimension] */
  readonly prompt: Tensor;
  readonly words: ClassWords;
  readonly verbalizer: Verbalizer;
  /** The texts that were not tuned on. */
  readonly heldOut: readonly Example[];
}

/**
 * Tunes a prompt as a run does: the same initialization, order of examples, optimizer and schedule, from the same seed. The
 * held-out texts are drawn within each class, as a run draws its test set.
 *
 * @throws {PageError} where a number is outside its limits, or classes or table are malformed
 */
export async function* tuneInBrowser(
  run: ServedRun,
  device: Device,
  { classes, table, length, steps, learningRate, seed, heldOut, signal, note }: TuneRequest,
): AsyncGenerator<TuningEvent, TunedInPage> {
  const { about, tokenizer } = run;
  checkNumbers({ length, steps, learningRate, seed, heldOut }, about.limits);
  const words = readClassWords(classes);
  const verbalizer = typedVerbalizer(words, tokenizer, about.multiTokenWords);
  const typed = readTypedTable(table, verbalizer.classes);
  if (typed.withoutText > 0) note(linesWithoutText(typed.withoutText));
  const all = readExamples(typed.examples, about.clean);
  const { train: examples, test } = heldOut === 0
    ? { train: all, test: [] }
    : splitByShares(all, { test: heldOut / 100, validation: 0, seed });
  const encoder = run.encoder(length);
  const { epochs: _, earlyStopping: __, ...training } = about.training;
  const encode = ({ text, label }: Example) => ({
    ...encoder.encode({ text }),
    label: verbalizer.classes.indexOf(label),
  });
  const encoded = examples.map(encode);
  const truncated = [...encoded, ...test.map(encode)].filter((example) => example.truncated > 0).length;
  if (truncated > 0) note(textsTruncated(truncated, all.length));
  const sessions = new SessionGroup(note);
  try {
    const embed = await sessions.add(device.open(await run.graph("embed")));
    const { prompt, warnings } = await initialPrompt(about.initialization, length, {
      space: new EmbeddingSpace(embed, about.dimension, about.card.firstPosition, about.facts.rows),
      tokenizer,
      trainingTexts: examples.map(({ text }) => text),
      labelWords: Object.values(words).flat(),
      stream: new RandomStream(seed, "initialization"),
    });
    await sessions.release([embed]);
    warnings.forEach(note);
    const trainStep = await sessions.add(device.openResident(await run.graph("train"), stepReplay(note)));
    const update = await sessions.add(device.openResident(await run.graph("update")));
    const tuned = yield* tune({
      trainStep,
      update,
      state: run.state,
      parameters: { prompt },
      examples: encoded,
      padId: fillerOf({ card: about.card, tokenizer }, trainStep),
      verbalizer: verbalizerFeeds(verbalizer),
      spec: {
        ...training,
        steps,
        optimizer: { ...training.optimizer, learningRate },
        batchSize: Math.min(training.batchSize, examples.length),
        logEvery: 1,
      },
      seed,
      ...(device.lengthStep !== undefined && { lengthStep: device.lengthStep }),
      signal,
    });
    return { prompt: tensorNamed(tuned.parameters, "prompt"), words, verbalizer, heldOut: test };
  } finally {
    await sessions.release();
  }
}
