import type { AnswerKeys } from "../experiment/experiment_file.ts";
import type { AnswerRow } from "../prompt/answer_rows.ts";
import { AnswerError } from "./answer_error.ts";
import { type Answerer, type Answers, type Classifier, combined, type Questions } from "./predict.ts";
import { largestOf } from "./softmax.ts";
import { likelihoodsOf, meanLikelihood, scoredTargets, sumOf } from "./target_scores.ts";
import { measureTargets, type TargetLikelihood } from "./text_metrics.ts";

/** A text with the texts of all classes as answers. */
export interface ClassTextExample {
  /** The index of its class. */
  readonly label: number;
  readonly rows: readonly AnswerRow[];
  /** The number of the text's tokens that did not fit. */
  readonly truncated: number;
}

/** How classes are found by the likelihood of their texts. */
export interface ClassLikelihoods {
  readonly classes: readonly string[];
  /** The class of each text: the answers of an example are in this order. */
  readonly classOfText: readonly number[];
  /** Whether a text's score is the sum or the mean of its tokens' logarithms. */
  readonly normalize: NonNullable<AnswerKeys["normalize"]>;
}

/**
 * Answers with the class whose text is the most probable (rank classification): the logit of a class is the logarithm of the
 * probability of its text, or the mean over the text's tokens; of several texts, that of the most probable.
 */
export function likelihoodAnswerer(
  classifier: Classifier,
  likelihoods: ClassLikelihoods,
): Answerer<ClassTextExample> {
  return {
    logits: async (questions) => (await answersBy(classifier, questions, likelihoods)).logits,
    answers: (questions) => answersBy(classifier, questions, likelihoods),
  };
}

async function answersBy(
  classifier: Classifier,
  { examples, nameOf, onAnswered, signal }: Questions<ClassTextExample>,
  { classes, classOfText, normalize }: ClassLikelihoods,
): Promise<Answers> {
  const { precision, tuned } = classifier;
  const places = examples.flatMap(({ rows }, example) => rows.map((row) => ({ example, row })));
  const targets = places.map(({ row }) => row.target);
  const left = examples.map(({ rows }) => rows.length);
  let answered = 0;
  // [examples][prompts][texts]
  const sums: number[][][] = examples.map(() => []);
  const tokens: number[][] = examples.map(() => []);
  const onScored = () => onAnswered?.(answered);
  for await (const { index, logprobs } of scoredTargets(classifier, targets, onScored, signal)) {
    const { example, row: { spans } } = places[index]!;
    for (const [prompt, row] of logprobs.entries()) {
      const own = sums[example]![prompt] ??= [];
      for (const { answer, from, to } of spans) own[answer] = sumOf(row.subarray(from, to));
    }
    for (const { answer, from, to } of spans) tokens[example]![answer] = to - from;
    if (--left[example]! === 0) answered++;
  }
  const logits: (readonly number[])[] = [];
  const ofEach: (readonly (readonly number[])[])[] = [];
  const found: TargetLikelihood[] = [];
  for (const [example, prompts] of sums.entries()) {
    const counts = tokens[example]!;
    for (const texts of prompts) {
      const faulty = texts.findIndex((sum) => !Number.isFinite(sum));
      if (faulty < 0) continue;
      const of = `'${classes[classOfText[faulty]!]}'`;
      throw new AnswerError({ of, logit: texts[faulty]!, text: nameOf(example), precision, tuned });
    }
    const scores = prompts.map((texts) =>
      classes.map((_, c) =>
        largestOf(
          texts.flatMap((sum, text) =>
            classOfText[text] === c ? [normalize === "tokens" ? sum / counts[text]! : sum] : []
          ),
        )
      )
    );
    ofEach.push(scores);
    logits.push(Array.from(combined(scores, classifier)));
    const correct = classOfText.indexOf(examples[example]!.label);
    found.push({ nll: -meanLikelihood(prompts.map((texts) => texts[correct]!)), tokens: counts[correct]! });
  }
  return { logits, ofEach, likelihoods: found, target: () => measureTargets(found) };
}

/** How probable the right text of each example is, without the texts of other classes. @throws {AnswerError} where it is not a number */
export async function rightTextLikelihoods(
  classifier: Classifier,
  { examples, ...questions }: Questions<ClassTextExample>,
  { classes, classOfText }: ClassLikelihoods,
): Promise<TargetLikelihood[]> {
  const spans = examples.map(({ rows, label }) => {
    const correct = classOfText.indexOf(label);
    const [found] = rows.flatMap(({ target, spans }) => {
      const span = spans.find(({ answer }) => answer === correct);
      return span ? [{ target, ...span, of: `'${classes[label]}'` }] : [];
    });
    if (found === undefined) throw new RangeError(`no row has a text of '${classes[label]}'`);
    return found;
  });
  return await likelihoodsOf(classifier, spans, questions);
}
