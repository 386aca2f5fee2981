import type { Emitted } from "./backend/emit.ts";
import type { FileBytes, ReadRegion } from "./frontend/onnx_file.ts";
import type { LossMean } from "./passes/objective.ts";
import type { StateTensor } from "./passes/optimizer.ts";
import type { PassOptions } from "./passes/pass.ts";
import type { Precision, Target } from "./lower_for_target.ts";

/** What is read of a model: a word at one place, which stands for a class, or a text of any length. */
export type AnswerKind = "word" | "text";

/** The forward graphs of a model. */
export interface CompiledAnswer {
  /**
   * For words, class logits of examples: `class_logits` float32 [batch, classes]. For texts, the logarithms of the target
   * tokens' probabilities: `target_logprobs` float32 [batch, target].
   */
  readonly predict: Emitted;
  /**
   * For words, the same with the logits of all words at the answer: `word_logits` float32 [batch, vocabulary]. For texts, the
   * logits of the word that comes next: `next_logits` float32 [batch, vocabulary].
   */
  readonly answer: Emitted;
}

/**
 * The graphs of a prompt, or of a bank: of several prompts side by side. Then the prompt, its gradient and the optimizer's states have a
 * first axis `prompts`, and `prompt_of_example` int64 [batch] says which of them each example is read with.
 */
export interface PromptGraphs extends CompiledAnswer {
  /** One training step: `artifacts.json`'s `train`, or its `bank.train`. */
  readonly train: Emitted;
}

/** The graphs of a causal model that compute the rows before a prompt, which do not depend on it, apart from the others. */
export interface PrefixGraphs {
  /** The rows before the prompt, as texts that end there; its outputs are the inputs `past_0`, `past_1`, … of the other graphs. */
  readonly before: Emitted;
  /** The axis of the rows in each of them. The first axis counts the examples, or parts of them. */
  readonly axes: Readonly<Record<string, number>>;
  /** As `Compiled.train`, without the first `prefix` rows of each text, a symbol that the shapes of the pasts define; … */
  readonly train: Emitted;
  /** … for words, as `Compiled.answer`; for texts, as `Compiled.predict`. */
  readonly answer: Emitted;
}

/**
 * The compiled graphs of a prompt: they depend on the model, the insertion, the optimizer, the loss, the target and the precision, and on
 * nothing else. A graph that has not been made yet is made when it is first read, from the model as it was passed.
 */
export interface Compiled extends PromptGraphs {
  /** The size of the prompt's vectors. */
  readonly dimension: number;
  /** The optimizer's state tensors, as the training step names them. */
  readonly state: readonly StateTensor[];
  /** Only the optimizer, for gradients summed over several steps: `artifacts.json`'s `update`. */
  readonly update: Emitted;
  /** `input_ids` (and positions) to `embeddings` [batch, sequence, dimension], the space of the prompt's vectors. */
  readonly embed: Emitted;
  /** The scale of the rows of the word table before a prompt at the word embeddings enters; 1: none. */
  readonly scale: number;
  /** Whether `position_ids` are added in the embedding layer, before the prompt can enter, or applied by attention. */
  readonly positions: "embedding-layer" | "attention";
}

/** A weight of a model that is tuned. */
export interface Parameter {
  /** Its name in the model's file. */
  readonly name: string;
  /** Its shape. */
  readonly dims: readonly number[];
  /** Its initial value. */
  readonly start: Float32Array;
}

/**
 * The compiled graphs for tuning a whole model: they depend on the model, the optimizer, the loss and the target, and on nothing
 * else.
 */
export interface CompiledModel extends CompiledAnswer {
  /** The weights that are tuned. */
  readonly parameters: readonly Parameter[];
  /** The optimizer's state tensors. */
  readonly state: readonly StateTensor[];
  /** One training step: the weights and the states are inputs, and `<name>_next` of each an output. */
  readonly train: Emitted;
}

/** The options of compiling a model. */
export interface CompileOptions extends PassOptions {
  /** Reads the weights in separate files, if there are any. */
  readonly read?: ReadRegion | undefined;
  /** The decoder's file, where the model's own is an encoder; in the same folder, or below it. */
  readonly decoder?: FileBytes | undefined;
  /** What the graphs are made for; the CPU by default. */
  readonly target?: Target;
  /** The precision of the frozen model. */
  readonly precision?: Precision;
  /** What is read of the model: a word, where not given. */
  readonly answer?: AnswerKind;
  /**
   * The kind of mean of the loss of words: with a weighted one, steps have the input `example_weights`. That of texts is always
   * weighted by `target_weights`.
   */
  readonly loss?: LossMean;
}
