import { measure } from "../evaluation/metrics.ts";
import { classLogits, wordAnswerer } from "../evaluation/predict.ts";
import type { LabelledEncoding } from "../prompt/batches.ts";
import { verbalizerFeeds } from "../prompt/verbalizer.ts";
import { bestMetric } from "../training/early_stopping.ts";
import type { FormTask } from "./form_task.ts";
import { classWeights } from "./class_weights.ts";
import { encodeDataset } from "./encode_dataset.ts";
import type { Prepared } from "./prepare.ts";

/** Answers that are words at one place of the text. */
export function wordTask(prepared: Prepared): FormTask<LabelledEncoding> {
  const { experiment: { training }, model, verbalizer } = prepared;
  const isByF1 = training !== undefined && bestMetric(training) === "macroF1";
  const vocabulary = Math.min(model.tokenizer.size, model.facts.words);
  return {
    verbalizer: verbalizerFeeds(verbalizer),
    weights: classWeights(prepared),
    encode: (counting, signal, onEncoded) => encodeDataset(prepared, counting, signal, onEncoded),
    answerer: (classifier) => wordAnswerer(classifier, verbalizer, vocabulary),
    validate: async (classifier, questions) => {
      const logits = await classLogits(classifier, questions, verbalizer);
      const labels = questions.examples.map(({ label }) => label);
      const { accuracy, macro_f1, loss } = measure(logits, labels, verbalizer.classes);
      return { accuracy: accuracy.value, ...(isByF1 && { macro_f1 }), loss };
    },
  };
}
