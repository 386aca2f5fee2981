import { percent } from "../base/percent.ts";
import type { EnsembleFile } from "../results/ensemble_file.ts";
import type { PartMetrics } from "../results/metrics_file.ts";
import { type Prediction, worstMistakes } from "../results/predictions.ts";
import type { SamplePrediction } from "../results/samples.ts";
import {
  breakable,
  type Content,
  Html,
  htmlOf,
  link,
  number,
  phrase,
  table,
  termName,
  together,
} from "./html.ts";

/** The number of worst mistakes that a report shows. */
const MISTAKES = 15;

/** The accuracy of each member of an ensemble, of their average, of the best and of all together. */
export function memberTable({ members, average, best, ensemble }: EnsembleFile): Html {
  return table(
    [phrase("run"), together(phrase("test"), " ", termName("accuracy"))],
    [
      ...members.map(({ run, accuracy }): Content[] => [
        link(`${run}/report.html`, breakable(run)),
        number(percent(accuracy), "accuracy"),
      ]),
      [phrase("average"), number(percent(average), "accuracy")],
      [phrase("best_single"), number(percent(best), "accuracy")],
      [phrase("all_together"), number(percent(ensemble), "accuracy")],
    ],
  );
}

/** The confusion matrix with the precision and the recall of each class. */
export function classTable(
  { per_class, confusion: { classes, counts } }: Pick<PartMetrics, "per_class" | "confusion">,
): Html {
  return table(
    [
      phrase("class"),
      ...classes.map((name) => together(phrase("predicted"), ` ${name}`)),
      termName("precision"),
      termName("recall"),
    ],
    classes.map((name, i) => [
      name,
      ...counts[i]!.map((count) => number(String(count), "count")),
      number(per_class[name]!.precision.toFixed(3), "precision"),
      number(per_class[name]!.recall.toFixed(3), "recall"),
    ]),
  );
}

/** The sentences of one's own, with their predictions. */
export function sampleTable(samples: readonly SamplePrediction[]): Html {
  return table(
    [phrase("text"), phrase("label"), phrase("predicted"), termName("probability")],
    samples.map((sample) => [sample.text, sample.label ?? "", ...answerCells(sample)]),
  );
}

/** The worst mistakes in the test set. */
export function mistakes(predictions: readonly Prediction[]): Content {
  const worst = worstMistakes(predictions, MISTAKES);
  if (worst.length === 0) return phrase("none");
  return table(
    [phrase("text"), phrase("label"), phrase("predicted"), termName("probability")],
    worst.map((mistake) => [
      together(mistake.text, new Html(` <span class="soft">${htmlOf(mistake.id)}</span>`)),
      mistake.label,
      ...answerCells(mistake),
    ]),
  );
}

/** The predicted class, marked where it is wrong, and its probability. */
export function answerCells({ label, predicted, probabilities }: SamplePrediction): Content[] {
  const isWrong = label !== undefined && label !== predicted;
  return [
    isWrong ? new Html(`<span class="wrong">${htmlOf(predicted)}</span>`) : predicted,
    number(probabilities[predicted]!.toFixed(3), "probability"),
  ];
}
