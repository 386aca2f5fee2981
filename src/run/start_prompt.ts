import type { Compiled } from "../compiler/mod.ts";
import type { Device, Tensor } from "../device/device.ts";
import { withKeyContext } from "../base/errors.ts";
import { RandomStream } from "../base/random_stream.ts";
import type { SoftPrompt } from "../experiment/types.ts";
import { EmbeddingSpace } from "../prompt/embedding_space.ts";
import { type InitialPrompt, initialPrompt } from "../prompt/initialization.ts";
import { interpretPrompt, type PromptInterpretation } from "../prompt/interpretation.ts";
import type { Prepared } from "./prepare.ts";

/** The vectors that an experiment's prompt starts as. */
export async function startPrompt(
  prepared: Prepared,
  { length, initialization }: SoftPrompt,
  compiled: Compiled,
  device: Device,
): Promise<InitialPrompt> {
  const { experiment, model, dataset, given } = prepared;
  const start = await inSpace(
    prepared,
    compiled,
    device,
    (space) =>
      withKeyContext(["prompt", "initialization"], () =>
        initialPrompt(initialization, length, {
          space,
          tokenizer: model.tokenizer,
          trainingTexts: dataset.train.map(({ text }) => text),
          labelWords: Object.values(experiment.verbalizer).flat(),
          given: given?.prompt,
          stream: new RandomStream(experiment.seed, "initialization"),
        })),
  );
  return given?.assumed === undefined ? start : { ...start, warnings: [given.assumed, ...start.warnings] };
}

/** What an experiment's vectors mean once they are tuned. @param start what they started as */
export function interpretationAfter(
  prepared: Prepared,
  compiled: Compiled,
  device: Device,
  prompt: Tensor,
  start: InitialPrompt,
): Promise<PromptInterpretation> {
  const { model: { tokenizer }, verbalizer } = prepared;
  return inSpace(
    prepared,
    compiled,
    device,
    (space) => interpretPrompt(prompt, start, space, tokenizer, verbalizer),
  );
}

/** Does something in the space of the prompt's vectors, which is open no longer than that takes: it holds a large table. */
async function inSpace<Result>(
  { model }: Prepared,
  { embed, dimension }: Compiled,
  device: Device,
  use: (space: EmbeddingSpace) => Promise<Result>,
): Promise<Result> {
  const session = await device.open(embed);
  try {
    return await use(new EmbeddingSpace(session, dimension, model.card.firstPosition, model.facts.rows));
  } finally {
    await session.release();
  }
}
