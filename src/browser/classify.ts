import type { Device, Tensor } from "../device/device.ts";
import { namedText } from "../evaluation/answer_error.ts";
import { type Classifier, classLogits } from "../evaluation/predict.ts";
import { softmax } from "../evaluation/softmax.ts";
import type { TemplateEncoder } from "../prompt/encoding.ts";
import { checkTokens } from "../prompt/known_tokens.ts";
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
    const common = { inputs: {}, padId: run.tokenizer.padId, batchSize: 1, precision: "float32" as const };
    return new SentenceClassifier(
      run,
      { ...common, tuned: true, session: await device.open(await run.graph("predict")) },
      { ...common, tuned: false, session: await device.open(await run.graph("hard")) },
    );
  }

  /** @param prompt float32 [length, dimension] */
  async classify(text: string, prompt: Tensor): Promise<{ hard: Probabilities; soft: Probabilities }> {
    const { run, hard, soft } = this;
    return {
      hard: await this.probabilities(hard, run.hardEncoder(), run.hardVerbalizer, text),
      soft: await this.probabilities(
        { ...soft, inputs: { prompt } },
        run.encoder(prompt.dims[0]!),
        run.verbalizer,
        text,
      ),
    };
  }

  private async probabilities(
    classifier: Classifier,
    encoder: TemplateEncoder,
    verbalizer: Verbalizer,
    text: string,
  ): Promise<Probabilities> {
    const { about: { rows }, tokenizer } = this.run, nameOf = () => namedText("the text", text);
    const encoded = encoder.encode({ text });
    checkTokens(encoded, rows, tokenizer, nameOf);
    const questions = { examples: [{ ...encoded, label: 0 }], nameOf };
    const [logits] = await classLogits(classifier, questions, verbalizer);
    return softmax(logits!).map((probability, i) => ({ name: verbalizer.classes[i]!, probability }));
  }
}
