import { InputError } from "../base/errors.ts";
import type { Prediction } from "./predictions.ts";

/** The largest number of predictions that are in memory together: these take about 1.5 GB. */
const MOST = 6_000_000;

/** Too many predictions for the memory: what reads them for a comparison cannot leave some out. */
export class TooManyPredictions extends InputError {
  override readonly name = "TooManyPredictions";
}

/** The predictions of many runs that are in memory together: the texts of their test set are kept once. */
export class KeptPredictions {
  private readonly texts = new Map<string, string>();
  private count = 0;

  /** @param most the largest number */
  constructor(private readonly most: number = MOST) {}

  /**
   * A prediction with the texts of an equal one before it.
   *
   * @throws {TooManyPredictions} where there are too many
   */
  keep(prediction: Prediction): Prediction {
    const { label, predicted } = prediction;
    return { ...this.keepText(prediction), label: this.once(label), predicted: this.once(predicted) };
  }

  /** The same of a prediction of whatever form. */
  keepText<One extends Pick<Prediction, "id" | "text_sha256" | "text">>(prediction: One): One {
    if (++this.count > this.most) {
      throw new TooManyPredictions(
        `the runs have more than ${
          this.most.toLocaleString("en")
        } predictions together, which do not fit into memory: give fewer of them`,
      );
    }
    const { id, text_sha256, text } = prediction;
    return {
      ...prediction,
      id: this.once(id),
      text_sha256: this.once(text_sha256),
      text: this.once(text),
    };
  }

  private once(text: string): string {
    const known = this.texts.get(text);
    if (known !== undefined) return known;
    this.texts.set(text, text);
    return text;
  }
}
