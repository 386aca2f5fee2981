import type { ReadRegion } from "../frontend/onnx_file.ts";
import { float32 } from "../graph/constants.ts";
import { classifierFile } from "./classifier_file.ts";
import { inner, OWN } from "./classifier_nodes.ts";
import type { ClassifierSide, ClassTextTokens, LikelihoodPrompt } from "./classifier_prompt.ts";
import type { Emitted } from "./emit.ts";
import type { NodeList } from "./node_list.ts";
import type { WeightStorage } from "./stored_weights.ts";
import { TextPrelude } from "./text_prelude.ts";

/**
 * Bakes a prompt and the texts that stand for classes into a classifier, as `exportClassifier` does with words: the logit of a class is
 * the logarithm of the probability of its text, or the mean over the text's tokens; of several texts, that of the most probable.
 *
 * @param predict the compiled `predict` graph of texts, which gives `target_logprobs`
 * @param read reads the weights that it refers to
 * @param storage what weights are stored as
 * @throws {CompileError} where the model has no mask to exclude padding that it would read, or is too large
 */
export function exportLikelihoods(
  predict: Emitted,
  classifier: LikelihoodPrompt,
  read: ReadRegion,
  storage: WeightStorage = "float32",
): Uint8Array {
  const targets = targetsOf(classifier);
  return classifierFile(predict, classifier, read, storage, {
    prelude: (names) => new LikelihoodPrelude(classifier, targets, names),
    score: (after) => classScores(classifier, targets, after),
  });
}

/** The rows that a text is read in, and where the tokens of each text of a class are in them. */
interface Targets {
  /** The texts of classes in each row, one after the other. */
  readonly rows: readonly (readonly ClassTextTokens[])[];
  /** The number of target tokens of the longest row. */
  readonly width: number;
}

function targetsOf({ texts, place }: LikelihoodPrompt): Targets {
  const all = texts.flat();
  const rows = place === "masks" ? [all] : all.map((text) => [text]);
  return { rows, width: Math.max(...rows.map((row) => idsOf(row).length)) };
}

function idsOf(row: readonly ClassTextTokens[]): number[] {
  return row.flatMap(({ ids }) => ids);
}

/** Computes the inputs of the graph: the text in its template with each text of a class, and what is asked of it. */
class LikelihoodPrelude extends TextPrelude {
  constructor(
    { place, answerRow: { side, at }, ...prompt }: LikelihoodPrompt,
    { rows, width }: Targets,
    names: ReadonlySet<string>,
  ) {
    const read = rows.map((row) => row.flatMap((text) => text.read));
    super(
      OWN,
      prompt,
      names,
      read.map((own) => place === "after" ? withTokens(prompt.after, own) : prompt.after),
    );
    this.add("Identity", [this.ofEach(rows.map(idsOf))], {}, inner("target_ids"));
    if (place === "decoder") {
      this.add("Identity", [this.ofEach(read)], {}, inner("decoder_input_ids"));
      return;
    }
    const places = place === "masks"
      ? rows.flat().flatMap(({ ids }) => [...ids.keys()])
      : Array.from({ length: width }, (_, i) => i);
    this.add(
      "Identity",
      [this.rows(places.map((i) => ({ side, at: at + i })))],
      {},
      inner("target_rows"),
    );
  }
}

function withTokens({ ids, counted }: ClassifierSide, more: readonly number[]): ClassifierSide {
  return { ids: [...ids, ...more], counted: [...counted, ...more.map(() => true)] };
}

/** Adds what makes the classes' scores of the tokens' log-probabilities. @returns float32 [batch, classes] */
function classScores({ texts, isMean }: LikelihoodPrompt, { rows, width }: Targets, after: NodeList): string {
  const shape = after.integers([-1, rows.length, width]);
  const logprobs = after.add("Reshape", [inner("target_logprobs"), shape]);
  const scores = new Map(rows.flatMap((row, r) => {
    let from = 0;
    return row.map((text): [ClassTextTokens, string] => {
      const to = from + text.ids.length;
      const own = after.add("Slice", [
        logprobs,
        after.integers([r, from]),
        after.integers([r + 1, to]),
        after.integers([1, 2]),
      ]);
      from = to;
      const sum = after.add("ReduceSum", [own, after.integers([2])], { keepdims: 0 });
      const tokens = isMean ? text.ids.length : 1;
      return [text, after.add("Div", [sum, after.constant(float32([tokens], []))])];
    });
  }));
  const classes = texts.map((own) => {
    const all = own.map((text) => scores.get(text)!);
    return all.length === 1 ? all[0]! : after.add("Max", all);
  });
  return after.add("Concat", classes, { axis: 1 });
}
