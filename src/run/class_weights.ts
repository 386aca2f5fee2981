import { classWeightsOf } from "../dataset/class_counts.ts";
import type { TuningTask } from "../training/trainer.ts";
import type { Prepared } from "./prepare.ts";

/** What an example of each class weighs in an experiment's loss, as a part of the task of tuning; nothing where all weigh the same. */
export function classWeights(
  { experiment: { training }, dataset, verbalizer }: Prepared,
): Pick<TuningTask, "classWeights"> {
  const given = training?.classWeights;
  return given === undefined
    ? {}
    : { classWeights: classWeightsOf(given, dataset.train, verbalizer.classes) };
}
