import type { Experiment } from "../experiment/types.ts";
import type { ModelCard } from "../model/card.ts";

/**
 * The README of an adapter: what a program has to do around the prompt for the same answers.
 *
 * @param scale what the model multiplies its word embeddings by; 1: nothing
 */
export function adapterCard(
  { name, prompt, verbalizer, multiTokenWords }: Experiment,
  kind: ModelCard["kind"],
  source: string,
  scale: number,
): string {
  const words = prompt.template.replace(/^\{prompt(?::\d+)?\}\s*/, "");
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
  } The text goes into this template, and the answer is read ${
    kind === "causal" ? "behind its last token" : "at the mask"
  }:

\`\`\`
${words}
\`\`\`

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
