import { join } from "@std/path";
import { writeTextModel } from "./text_model.ts";

/**
 * Writes a small encoder-decoder, questions with lists of right answers, and an experiment whose answers are free texts.
 *
 * @param changes of the experiment's keys
 * @returns the experiment's file
 */
export async function freeExperiment(folder: string, changes: Record<string, unknown> = {}): Promise<string> {
  await writeTextModel(join(folder, "own"), "t5");
  const lines = Array.from({ length: 40 }, (_, i) => {
    const word = ["good", "bad", "great", "dull"][i % 4]!;
    return JSON.stringify({
      question: `what is the film`,
      context: `it was ${word}`,
      answers: [word, `very ${word}`],
    });
  });
  await Deno.writeTextFile(join(folder, "data.jsonl"), `${lines.join("\n")}\n`);
  const file = join(folder, "experiment.yaml");
  const experiment = {
    name: "free",
    model: { source: "own" },
    dataset: { file: "data.jsonl", text: "question", split: { test: 0.3, validation: 0.2 } },
    prompt: { kind: "soft", length: 3, template: "{prompt} {text} {context} answer" },
    answer: { kind: "text", target: "{answers}" },
    training: { batchSize: 8, epochs: 3, optimizer: { learningRate: 0.3 }, best: "perplexity", logEvery: 2 },
    evaluation: { generate: { maxTokens: 3 }, samples: [{ text: "who was it", context: "it was fun" }] },
    device: "cpu",
    ...changes,
  };
  await Deno.writeTextFile(file, JSON.stringify(experiment));
  return file;
}
