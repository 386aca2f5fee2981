import { type ClassTextExample, likelihoodAnswerer } from "../evaluation/class_likelihoods.ts";
import type { LikelihoodExperiment } from "../experiment/text_types.ts";
import type { OpenModel } from "../model/open_model.ts";
import type { PositionCounting } from "../prompt/encoding.ts";
import type { Texts } from "../prompt/stretch.ts";
import { likelihoodEncoding } from "../run/encode_likelihood.ts";
import { classesOfTexts } from "../run/likelihood_task.ts";
import { answersOf, type LoadedTask } from "./loaded_task.ts";
import { readerOfRun } from "./reader_of_run.ts";

/**
 * Answers that are classes by the likelihood of their texts.
 *
 * @param folder the run's, where the examples in its prompt are
 * @throws {InputError} where the verbalizer or the template does not fit the model, or a file of the run is damaged
 */
export async function loadedLikelihoods(
  experiment: LikelihoodExperiment,
  model: OpenModel,
  counting: PositionCounting,
  folder: string,
): Promise<LoadedTask> {
  const read = await readerOfRun(experiment, model, folder);
  const encoding = likelihoodEncoding({ experiment, ...read }, counting);
  const { verbalizer } = encoding;
  const { normalize } = experiment.answer;
  const likelihoods = { classes: verbalizer.classes, classOfText: classesOfTexts(verbalizer), normalize };
  const encode = (texts: Texts): ClassTextExample => encoding.score(texts, 0, []);
  return {
    columns: Object.keys(encoding.encoder.noTexts),
    answerer: (classifier) => answersOf(likelihoodAnswerer(classifier, likelihoods), encode),
  };
}
