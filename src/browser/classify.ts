import { readText } from "../dataset/reading.ts";
import type { Device, Tensor } from "../device/device.ts";
import { namedText } from "../evaluation/answer_error.ts";
import { type Classifier, classLogits } from "../evaluation/predict.ts";
import { softmax } from "../evaluation/softmax.ts";
import { fillerOf } from "../prompt/padding.ts";
import type { TemplateEncoder } from "../prompt/encoding.ts";
import type { Verbalizer } from "../prompt/verbalizer.ts";
import type { ServedRun } from "./served_run.ts";

/** A class and its probability. */
export type Probabilities = readonly { readonly name: string; readonly probability: number }[];

/** Classifies sentences with the hard and the soft prompt of a run. */
export class SentenceClassifier {
  private constructor(
    private readonly run: ServedRun,
    private readonly soft: Classifier,
    private readonly hard: Classifier,
  ) {}

  static async open(run: ServedRun, device: Device): Promise<SentenceClassifier> {
    const opened = async (name: "predict" | "hard"): Promise<Classifier> => {
      const session = await device.open(await run.graph(name));
      const padId = fillerOf({ card: run.about.card, tokenizer: run.tokenizer }, session);
      const tuned = name === "predict";
      return { session, inputs: {}, padId, batchSize: 1, precision: "float32", tuned };
    };
    return new SentenceClassifier(run, await opened("predict"), await opened("hard"));
  }

  /** @param prompt float32 [length, dimension] */
  async classify(text: string, prompt: Tensor): Promise<{ hard: Probabilities; soft: Probabilities }> {
    const { run, hard, soft } = this, { clean, hardClean } = run.about;
    return {
      hard: await probabilities(hard, run.hardEncoder(), run.hardVerbalizer, readText(text, hardClean)),
      soft: await probabilities(
        { ...soft, inputs: { prompt } },
        run.encoder(prompt.dims[0]!),
        run.verbalizer,
        readText(text, clean),
      ),
    };
  }
}

async function probabilities(
  classifier: Classifier,
  encoder: TemplateEncoder,
  verbalizer: Verbalizer,
  text: string,
): Promise<Probabilities> {
  const examples = [{ ...encoder.encode({ text }), label: 0 }];
  const questions = { examples, nameOf: () => namedText("the text", text) };
  const [logits] = await classLogits(classifier, questions, verbalizer);
  return softmax(logits!).map((probability, i) => ({ name: verbalizer.classes[i]!, probability }));
}
