import type { Example } from "../dataset/example.ts";
import { readText } from "../dataset/reading.ts";
import type { Device, Tensor } from "../device/device.ts";
import { answerReplay } from "../device/replay_of.ts";
import { SessionGroup } from "../device/session_group.ts";
import { namedText } from "../evaluation/answer_error.ts";
import { type Classifier, classLogits } from "../evaluation/predict.ts";
import { calibrated, type Calibration } from "../evaluation/recalibration.ts";
import { indexOfLargest, softmax } from "../evaluation/softmax.ts";
import { fillerOf } from "../prompt/padding.ts";
import type { TemplateEncoder } from "../prompt/encoding.ts";
import type { Verbalizer } from "../prompt/verbalizer.ts";
import type { ServedRun } from "./served_run.ts";

/** A class and its probability. */
export type Probabilities = readonly { readonly name: string; readonly probability: number }[];

/** A prompt's answer to a sentence. */
export interface Answer {
  readonly probabilities: Probabilities;
  /** How many of the text's tokens did not fit the model's positions. */
  readonly truncated: number;
}

/** How a prompt's logits are read. */
export interface LogitReading {
  readonly verbalizer: Verbalizer;
  readonly calibration: Calibration;
}

/** The prompts that the page answers with. */
export interface PagePrompts {
  /** float32 [length, dimension] */
  readonly prompt: Tensor;
  /** How the logits of the soft and of the hard prompt are read. */
  readonly soft: LogitReading;
  readonly hard: LogitReading;
}

/** The prompts of a run. */
export function promptsOf({ prompt, verbalizer, hardVerbalizer, about }: ServedRun): PagePrompts {
  return {
    prompt,
    soft: { verbalizer, calibration: about.calibration },
    hard: { verbalizer: hardVerbalizer, calibration: about.hardCalibration },
  };
}

/** Classifies sentences with the hard and the soft prompt of a run. */
export class SentenceClassifier {
  private constructor(
    private readonly run: ServedRun,
    private readonly soft: Classifier,
    private readonly hard: Classifier,
  ) {}

  /** Opens both graphs, or neither. @param note takes a line where a session fails to be released */
  static async open(
    run: ServedRun,
    device: Device,
    note: (line: string) => void,
  ): Promise<SentenceClassifier> {
    const sessions = new SessionGroup(note);
    const opened = async (name: "predict" | "hard"): Promise<Classifier> => {
      const session = await sessions.add(device.open(await run.graph(name), answerReplay(note)));
      const padId = fillerOf({ card: run.about.card, tokenizer: run.tokenizer }, session);
      const tuned = name === "predict";
      return {
        session,
        inputs: {},
        padId,
        batchSize: 1,
        ...(device.lengthStep !== undefined && { lengthStep: device.lengthStep }),
        precision: "float32",
        tuned,
      };
    };
    try {
      return new SentenceClassifier(run, await opened("predict"), await opened("hard"));
    } catch (error) {
      await sessions.release();
      throw error;
    }
  }

  /** Classifies as `predict` does. */
  async classify(text: string, prompts: PagePrompts): Promise<{ hard: Answer; soft: Answer }> {
    const { run, hard } = this;
    const { clean, hardClean } = run.about;
    return {
      hard: await answer(hard, run.hardEncoder(), prompts.hard, readText(text, hardClean)),
      soft: await answer(
        this.softWith(prompts),
        run.encoder(prompts.prompt.dims[0]!),
        prompts.soft,
        readText(text, clean),
      ),
    };
  }

  /**
   * The number of labelled texts that the soft prompt answers correctly.
   *
   * @param examples as they are read for the run's prompt
   * @param signal stops between two texts
   */
  async countCorrect(
    examples: readonly Example[],
    prompts: PagePrompts,
    signal: AbortSignal,
  ): Promise<number> {
    const { verbalizer } = prompts.soft;
    const encoder = this.run.encoder(prompts.prompt.dims[0]!);
    const encoded = examples.map(({ text, label }) => ({
      ...encoder.encode({ text }),
      label: verbalizer.classes.indexOf(label),
    }));
    const nameOf = (i: number) => namedText("the text", examples[i]!.text);
    const logits = await classLogits(
      this.softWith(prompts),
      { examples: encoded, nameOf, signal },
      verbalizer,
    );
    return encoded.filter(({ label }, i) => indexOfLargest(logits[i]!) === label).length;
  }

  private softWith({ prompt }: PagePrompts): Classifier {
    return { ...this.soft, inputs: { prompt } };
  }
}

async function answer(
  classifier: Classifier,
  encoder: TemplateEncoder,
  { verbalizer, calibration }: LogitReading,
  text: string,
): Promise<Answer> {
  const encoded = encoder.encode({ text });
  const questions = { examples: [{ ...encoded, label: 0 }], nameOf: () => namedText("the text", text) };
  const [logits] = await classLogits(classifier, questions, verbalizer);
  if (logits === undefined) throw new RangeError("the text has no answer");
  const probabilities = softmax(calibrated(logits, calibration));
  return {
    probabilities: probabilities.map((probability, i) => ({ name: verbalizer.classes[i]!, probability })),
    truncated: encoded.truncated,
  };
}
