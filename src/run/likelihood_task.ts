import {
  type ClassTextExample,
  likelihoodAnswerer,
  rightTextLikelihoods,
} from "../evaluation/class_likelihoods.ts";
import { measure } from "../evaluation/metrics.ts";
import { measureTargets, type TargetLikelihood } from "../evaluation/text_metrics.ts";
import type { ClassTexts } from "../prompt/class_texts.ts";
import { bestMetric, type ValidationMetrics } from "../training/early_stopping.ts";
import type { FormTask } from "./form_task.ts";
import { classWeights } from "./class_weights.ts";
import { encodeLikelihood } from "./encode_likelihood.ts";
import type { PreparedLikelihood } from "./prepare.ts";

/** Answers that are classes, found by the likelihood of their texts. */
export function likelihoodTask(prepared: PreparedLikelihood): FormTask<ClassTextExample> {
  const { experiment: { training, evaluation, answer: { normalize } }, verbalizer } = prepared;
  const { classes } = verbalizer;
  const best = training && bestMetric(training);
  const byLikelihood = { classes, classOfText: classesOfTexts(verbalizer), normalize };
  return {
    verbalizer: {},
    weights: classWeights(prepared),
    encode: (counting, signal, onEncoded) => encodeLikelihood(prepared, counting, signal, onEncoded),
    answerer: (classifier) => likelihoodAnswerer(classifier, byLikelihood),
    validate: async (classifier, questions) => {
      if (evaluation.validateOn === "loss") {
        const { loss, perplexity } = targetsOf(
          await rightTextLikelihoods(classifier, questions, byLikelihood),
        );
        return { loss, ...(best === "perplexity" && { perplexity }) };
      }
      const { logits, likelihoods = [] } = await likelihoodAnswerer(classifier, byLikelihood)
        .answers(questions);
      const labels = questions.examples.map(({ label }) => label);
      const { accuracy, macro_f1, loss } = measure(logits, labels, classes);
      return {
        accuracy: accuracy.value,
        ...(best === "macroF1" && { macro_f1 }),
        loss,
        ...(best === "perplexity" && { perplexity: targetsOf(likelihoods).perplexity }),
      };
    },
  };
}

/** The class of each text, all classes' texts one after the other. */
export function classesOfTexts({ texts }: Pick<ClassTexts, "texts">): number[] {
  return texts.flatMap((own, c) => own.map(() => c));
}

/** @returns the perplexity as a number: the largest there is where it is larger than any */
function targetsOf(
  likelihoods: readonly TargetLikelihood[],
): Required<Pick<ValidationMetrics, "loss" | "perplexity">> {
  const { loss, perplexity } = measureTargets(likelihoods);
  return { loss, perplexity: perplexity.value ?? Number.MAX_VALUE };
}
