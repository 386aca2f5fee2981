import { classWeightsOf } from "../dataset/class_counts.ts";
import type { TuningTask } from "../training/trainer.ts";
import type { PreparedClasses, PreparedGeneratedClasses } from "./prepare.ts";

/** The class weights of an experiment's loss, as a part of the tuning task; empty where all are equal. */
export function classWeights(
  { experiment: { training }, dataset, verbalizer }: Pick<
    PreparedClasses | PreparedGeneratedClasses,
    "experiment" | "dataset" | "verbalizer"
  >,
): Pick<TuningTask, "classWeights"> {
  const given = training?.classWeights;
  return given === undefined
    ? {}
    : { classWeights: classWeightsOf(given, dataset.train, verbalizer.classes) };
}
