import { namedText } from "../evaluation/answer_error.ts";
import type { Answerer } from "../evaluation/predict.ts";
import { calibrated, type Calibration } from "../evaluation/recalibration.ts";
import { indexOfLargest } from "../evaluation/softmax.ts";
import { probabilitiesOf } from "../results/predictions.ts";
import type { SamplePrediction } from "../results/samples.ts";
import type { EncodedDataset, EncodedExample } from "./encode_dataset.ts";
import type { PreparedRun } from "./prepare.ts";

/**
 * Classifies the samples that an experiment's file holds.
 *
 * @param signal stops it between two batches: its reason is thrown
 * @throws {AnswerError} where a logit is NaN or infinite
 */
export async function classifySamples<One extends EncodedExample>(
  { experiment: { evaluation }, verbalizer }: PreparedRun,
  { samples: examples }: EncodedDataset<One>,
  answerer: Answerer<One>,
  calibration: Calibration,
  signal: AbortSignal,
): Promise<SamplePrediction[]> {
  const { classes } = verbalizer;
  const texts = evaluation.samples.map(({ label: _, ...columns }) => Object.values(columns).join(" | "));
  const nameOf = (i: number) => namedText("the sample", texts[i]!);
  const logits = await answerer.logits({ examples, nameOf, signal });
  return evaluation.samples.map(({ label }, i) => {
    const row = calibrated(logits[i]!, calibration);
    return {
      text: texts[i]!,
      ...(label !== undefined && { label }),
      predicted: classes[indexOfLargest(row)]!,
      probabilities: probabilitiesOf(row, classes),
    };
  });
}
