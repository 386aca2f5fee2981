import { inner, OWN } from "./classifier_nodes.ts";
import type { ClassifierPrompt } from "./classifier_prompt.ts";
import { TextPrelude } from "./text_prelude.ts";

/** The nodes that compute the inputs of a compiled classifier from a text's `input_ids` and `attention_mask`. */
export class ClassifierPrelude extends TextPrelude {
  /** @param names of the compiled graph's inputs */
  constructor(classifier: ClassifierPrompt, names: ReadonlySet<string>) {
    super(OWN, classifier, names);
    this.add("Squeeze", [this.rows([classifier.answerRow]), this.integers([1])], {}, inner("answer_rows"));
    this.constant(classifier.labelTokens, inner("label_tokens"));
    this.constant(classifier.labelWeights, inner("label_weights"));
  }
}
