import type { Tensor } from "../device/device.ts";
import type { Answerer, Classifier, Questions } from "../evaluation/predict.ts";
import type { PositionCounting } from "../prompt/encoding.ts";
import type { ValidationMetrics } from "../training/early_stopping.ts";
import type { TuningTask } from "../training/trainer.ts";
import type { EncodedDataset, EncodedExample, OnEncoded } from "./encode_dataset.ts";

/** What the forms of answers do in their own ways. */
export interface FormTask<One extends EncodedExample, Made = Answerer<One>> {
  /** The inputs of a training step that are the same for all batches: the words that stand for classes, if words do. */
  readonly verbalizer: Readonly<Record<string, Tensor>>;
  /** The class weights of the loss, where they differ. */
  readonly weights: Pick<TuningTask, "classWeights">;
  /**
   * Puts all texts of the experiment into its template.
   *
   * @param signal stops it: its reason is thrown
   * @throws {InputError} where the template does not fit the model
   */
  encode(counting: PositionCounting, signal: AbortSignal, onEncoded: OnEncoded): Promise<EncodedDataset<One>>;
  /** What answers examples. */
  answerer(classifier: Classifier): Made;
  /** Measures on the validation set while tuning. @throws {AnswerError} where an answer is not a number */
  validate(classifier: Classifier, questions: Questions<One>): Promise<ValidationMetrics>;
}
