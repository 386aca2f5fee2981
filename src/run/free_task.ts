import { counted } from "../base/counted.ts";
import type { Device } from "../device/device.ts";
import type { Classifier, Questions } from "../evaluation/predict.ts";
import { measureGeneratedClasses } from "../evaluation/generated_classes.ts";
import { likelihoodsOf } from "../evaluation/target_scores.ts";
import { measureAnswers, measureTargets, type TargetLikelihood } from "../evaluation/text_metrics.ts";
import { promptInsertion } from "../experiment/prompt_vectors.ts";
import type { GeneratedText } from "../generation/decoding.ts";
import { TextGenerator } from "../generator/text_generator.ts";
import type { CompileCache } from "../artifacts/compile_cache.ts";
import type { CompileTarget } from "../artifacts/compile_model.ts";
import type { Encoded } from "../prompt/encoding.ts";
import { scoreText, type TextScore } from "../text_metrics/score_text.ts";
import { bestMetric, type ValidationMetrics } from "../training/early_stopping.ts";
import { readGenerationRules } from "../model/generation_rules.ts";
import { classWeights } from "./class_weights.ts";
import type { FormTask } from "./form_task.ts";
import { encodeFree, type FreeExample } from "./encode_free.ts";
import { classesOfGenerated } from "./generated_classes.ts";
import { generateTexts } from "./generate_texts.ts";
import { generates, isOfGenerated } from "./generates.ts";
import { outOfReach, outOfReachWarning } from "./out_of_reach.ts";
import type { PreparedGenerated } from "./prepare.ts";
import type { AskedText } from "./prepare_text.ts";
import { textTargets } from "./text_targets.ts";

/** What answers free texts: the probabilities of right ones, and texts of its own where they are asked for. */
export interface FreeAnswerer {
  /** How probable the right texts are. @throws {AnswerError} where one is not a number */
  likelihoods(questions: Questions<FreeExample>): Promise<TargetLikelihood[]>;
  /** The texts that the model writes; `undefined` where none are asked for. */
  readonly generate: ((questions: Questions<FreeExample>) => Promise<readonly GeneratedText[]>) | undefined;
}

/**
 * Opens what writes an experiment's texts; `undefined` where none are asked for.
 *
 * @param cache keeps its graphs
 * @param log takes warnings
 */
export async function openGenerator(
  { experiment, model, reader: { tokens } }: PreparedGenerated,
  device: Device,
  { target, precision }: CompileTarget,
  cache: CompileCache,
  log: (line: string) => void,
): Promise<TextGenerator | undefined> {
  if (!generates(experiment)) return undefined;
  const insertion = promptInsertion(experiment.prompt);
  return await TextGenerator.open(model, device, {
    ...(insertion && { insertion }),
    target,
    precision,
    tokens,
    log,
    keep: (made, compile) => cache.generation(model, { ...made, insertion }, compile),
  });
}

/**
 * Answers that are generated: free texts, or those of classes.
 *
 * @param generator writes them, where that is asked for
 * @param log hears how many right answers are truncated
 */
export function freeTask(
  prepared: PreparedGenerated,
  generator: TextGenerator | undefined,
  log: (line: string) => void,
): FormTask<FreeExample, FreeAnswerer> {
  const { experiment, dataset, verbalizer: { classes } } = prepared;
  const classesOf = classesOfGenerated(prepared);
  const { training, evaluation } = experiment;
  const best = training && bestMetric(training);
  const answerer = (classifier: Classifier): FreeAnswerer => {
    const { prompt } = classifier.inputs;
    return {
      likelihoods: ({ examples, ...questions }) =>
        likelihoodsOf(
          classifier,
          examples.flatMap(({ target }) =>
            target ? [{ target, from: 0, to: target.targetIds.length, of: "its right answer" }] : []
          ),
          questions,
        ),
      generate: generator &&
        (({ examples, nameOf, onAnswered, signal }) =>
          generateTexts(generator, examples.map(({ input }) => unpacked(input)), prompt, {
            ...evaluation.generate,
            batchSize: classifier.batchSize,
            ...(onAnswered && { onGenerated: onAnswered }),
            ...(signal && { signal }),
          }, { nameOf, precision: classifier.precision, tuned: classifier.tuned })),
    };
  };
  const isGenerated = evaluation.validateOn === "metrics" &&
    evaluation.metrics.some(isOfGenerated);
  return {
    verbalizer: {},
    weights: prepared.form === "generate" ? classWeights(prepared) : {},
    encode: async (counting, signal, onEncoded) => {
      const encoded = await encodeFree(prepared, counting, signal, onEncoded);
      if (encoded.targetsTruncated > 0) {
        log(
          `warning: ${
            counted(encoded.targetsTruncated, "right answer")
          } did not fit, and lost tokens at the end, the end token among them`,
        );
      }
      const { reader, shown, transfer } = prepared;
      const tables: readonly (readonly AskedText[])[] = [
        dataset.validation,
        dataset.test,
        ...transfer.map(({ examples }) => examples),
      ];
      const asked = tables.flat();
      const targets = textTargets(experiment, reader, shown, counting);
      const rules = generates(experiment) ? await readGenerationRules(reader.folder) : undefined;
      const warning = outOfReachWarning(
        outOfReach({ experiment, reader, targets, rules }, asked),
        asked.length,
      );
      if (warning !== undefined) log(`warning: ${warning}`);
      return encoded;
    },
    answerer,
    validate: async (classifier, questions) => {
      const { likelihoods, generate } = answerer(classifier);
      const { loss, perplexity } = measureTargets(await likelihoods(questions));
      const validation: ValidationMetrics = {
        loss,
        ...(best === "perplexity" && { perplexity: perplexity.value ?? Number.MAX_VALUE }),
      };
      if (!isGenerated || generate === undefined) return validation;
      const texts = await generate(questions);
      const { exact_match, token_f1, rouge_l } = measureAnswers(scoresOf(texts, dataset.validation));
      const classified = classesOf &&
        measureGeneratedClasses(classesOf(texts, dataset.validation), classes);
      return {
        ...(classified && { accuracy: classified.accuracy.value, macro_f1: classified.macro_f1 }),
        ...validation,
        exact_match: exact_match.value,
        token_f1: token_f1.value,
        rouge_l: rouge_l.value,
      };
    },
  };
}

/** A packed text as a plain object, which can be spread. */
function unpacked({ ids, positions, promptRows, answerRow, truncated }: Encoded): Encoded {
  return { ids, positions, promptRows, answerRow, truncated };
}

/** How well generated texts answer examples. */
export function scoresOf(
  generated: readonly GeneratedText[],
  examples: readonly { readonly targets: readonly string[] }[],
): TextScore[] {
  return generated.map(({ text }, i) => scoreText(text, examples[i]!.targets));
}
