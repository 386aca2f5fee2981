import type { Constant } from "../graph/graph.ts";

/** The tokens before or after a text in a prompt. */
export interface ClassifierSide {
  /** Token ids; any at a prompt vector's place. */
  readonly ids: readonly number[];
  /** Whether each place takes a position: all do, or all but the prompt's. */
  readonly counted: readonly boolean[];
}

/** A place around a text: counted from the start, or from the first token after the text. */
export interface PlaceAroundText {
  /** On which side of the text it is. */
  readonly side: "before" | "after";
  /** The number of tokens before it on that side. */
  readonly at: number;
}

/** A prompt and its template, as token ids around a text. */
export interface PromptAroundText {
  /** What stands before the text. */
  readonly before: ClassifierSide;
  /** What stands after it. */
  readonly after: ClassifierSide;
  /** The place of each prompt vector. */
  readonly promptRows: readonly PlaceAroundText[];
  /** What `position_ids` is fed for the first token: `PositionFacts.first`. */
  readonly firstPosition: number;
  /** The special ids that tokenizers add to every text, which the sides already contain. */
  readonly special: readonly number[];
  /** The largest number of the text's tokens that fit; `undefined` where nothing limits it. Further ones are left out. */
  readonly room: number | undefined;
}

/** A tuned prompt and its template, as token ids around a text, and how the logits of classes are calibrated. */
export interface CalibratedPrompt extends PromptAroundText {
  /** Whether tokens attend only to those before them, so that padding after the answer is never read. */
  readonly isCausal: boolean;
  /** Further inputs of the graph: a soft prompt, float32 [length, dimension], or a tuned model's weights. */
  readonly inputs: Readonly<Record<string, Constant>>;
  /** float32 [classes]: subtracted from the logits. */
  readonly shift: Constant;
  /** float32 []: the divisor of the logits. */
  readonly temperature: Constant;
}

/** The same with the verbalizer: classes are words at one place. */
export interface ClassifierPrompt extends CalibratedPrompt {
  /** The place where the answer is read. */
  readonly answerRow: PlaceAroundText;
  /** int64, [classes, words]: the ids of each class's words. */
  readonly labelTokens: Constant;
  /** float32, [classes, words]: the weight of each word; 0 fills up classes that have fewer words than others. */
  readonly labelWeights: Constant;
}

/** A text that stands for a class, as the model reads and answers it. */
export interface ClassTextTokens {
  /** The tokens whose probabilities make up its score. */
  readonly ids: readonly number[];
  /** What the model reads of it: after the template, or in the decoder; nothing where it stands in masks. */
  readonly read: readonly number[];
}

/** The same with the texts of classes, of which the most probable one is found. */
export interface LikelihoodPrompt extends CalibratedPrompt {
  /** By class. */
  readonly texts: readonly (readonly ClassTextTokens[])[];
  /**
   * Where the model has a text: in masks, all of them at once, after the template, or in the decoder. The two others take a row of the batch
   * for each text.
   */
  readonly place: "masks" | "after" | "decoder";
  /** The place whose logits predict the first token; those of the next tokens follow it. Not used for a decoder. */
  readonly answerRow: PlaceAroundText;
  /** Whether a text's score is the mean of its tokens' logarithms, and not their sum. */
  readonly isMean: boolean;
}
