import type { Experiment } from "../experiment/types.ts";
import type { ModelCard } from "../model/card.ts";
import type { Tokenizer } from "../model/tokenizer.ts";

/** How texts are read before they stand in a template, in words. */
const READ: Record<Experiment["dataset"]["clean"], string> = {
  none: "",
  textcnn:
    ", and cleaned: `--`, each of `\"'.,[]():\\=$/*;%`, the backtick, digits and `<b>` are deleted, in this order, `-` becomes a blank, and runs of blanks become one",
};

/**
 * The README of an adapter: what a program has to do around the prompt for the same answers.
 *
 * @param scale what the model multiplies its word embeddings by; 1: nothing
 * @param tokenizer the model's: where it puts a blank before a text, the template's after the vectors is this one
 */
export function adapterCard(
  { name, dataset, prompt, verbalizer, multiTokenWords }: Experiment,
  kind: ModelCard["kind"],
  source: string,
  scale: number,
  tokenizer: Pick<Tokenizer, "putsBlank">,
): string {
  const after = prompt.template.replace(/^\{prompt(?::\d+)?\}/, "");
  const words = tokenizer.putsBlank ? after.replace(/^ /, "") : after;
  const loader = kind === "causal" ? "AutoModelForCausalLM" : "AutoModelForMaskedLM";
  return `---
base_model: ${source}
library_name: peft
---

# ${name}

A soft prompt of ${prompt.length} vectors, tuned with softprompt.

\`\`\`python
from peft import PeftModel
from transformers import ${loader}

model = PeftModel.from_pretrained(${loader}.from_pretrained("${source}"), "this-folder")
\`\`\`

PEFT puts the vectors before everything.${
    scale === 1 ? "" : ` For this model, ${scaleNote(scale)}.`
  } The text goes into this template, white space and all, is cut into tokens
together with it, and the answer is read ${
    kind === "causal" ? "at the template's last token" : "at the mask"
  }:

\`\`\`python
template = ${JSON.stringify(words)}
\`\`\`

Texts are read without white space at their ends${READ[dataset.clean]}.

A class's logit is the mean of its words' logits${
    multiTokenWords === "firstToken"
      ? ", a word being its first token"
      : multiTokenWords === "mean"
      ? ", a word's the mean of its tokens'"
      : ""
  }:

${
    Object.entries(verbalizer).map(([label, list]) =>
      `- ${label}: ${list.map((word) => `\`${word}\``).join(", ")}`
    ).join("\n")
  }
`;
}

/** Where the vectors of an adapter enter a model that scales its word embeddings, and where they must not. */
export function scaleNote(scale: number): string {
  return `the vectors enter after the model's scale of its word embeddings (${
    Number(scale.toPrecision(6))
  }), as transformers 5 has it; where the model's code multiplies \`inputs_embeds\` by it (Gemma 1 and 2 before transformers 5), divide them by it first`;
}
