import type { Compiled } from "../compiler/mod.ts";
import { placed } from "../dataset/example.ts";
import type { Device, Tensor } from "../device/device.ts";
import { withKeyContext } from "../base/errors.ts";
import { RandomStream } from "../base/random_stream.ts";
import type { SoftTextPrompt } from "../experiment/text_types.ts";
import type { SoftPrompt } from "../experiment/types.ts";
import { EmbeddingSpace } from "../prompt/embedding_space.ts";
import { type InitialPrompt, initialPrompt } from "../prompt/initialization.ts";
import { interpretPrompt, type PromptInterpretation } from "../prompt/interpretation.ts";
import type { RunContext } from "./context.ts";
import type { PreparedBase } from "./complete_prepared.ts";

/** The initial vectors of an experiment's prompt; notes on them are logged. */
export async function startPrompt(
  prepared: PreparedBase,
  { length, initialization }: SoftPrompt | SoftTextPrompt,
  compiled: Compiled,
  device: Device,
  { title, progress }: RunContext,
): Promise<InitialPrompt> {
  const { experiment, model, sourcePrompt } = prepared;
  const start = await inSpace(
    prepared,
    compiled,
    device,
    (space) =>
      withKeyContext(["prompt", "initialization"], () =>
        initialPrompt(initialization, length, {
          space,
          tokenizer: model.tokenizer,
          trainingTexts: trainingTexts(prepared),
          labelWords: Object.values(experiment.verbalizer ?? {}).flat(),
          given: sourcePrompt?.prompt,
          stream: new RandomStream(experiment.seed, "initialization"),
        })),
  );
  for (const warning of [sourcePrompt?.assumed, ...start.warnings]) {
    if (warning !== undefined) progress.log(`warning: ${title}: ${warning}`);
  }
  return start;
}

/** The texts in which tokens are counted. Where answers are words, several columns are one text, as results of earlier versions have it. */
function trainingTexts({ experiment, dataset }: PreparedBase): string[] {
  return experiment.answer
    ? dataset.train.flatMap((example) => Object.values(placed(example)))
    : dataset.train.map(({ text }) => text);
}

/** The interpretation of an experiment's tuned vectors; its progress is reported. @param start the initial vectors */
export function interpretationAfter(
  prepared: PreparedBase,
  compiled: Compiled,
  device: Device,
  prompt: Tensor,
  start: InitialPrompt,
  { progress }: Pick<RunContext, "progress">,
): Promise<PromptInterpretation> {
  const { model: { tokenizer }, verbalizer } = prepared;
  return inSpace(
    prepared,
    compiled,
    device,
    (space) =>
      interpretPrompt(
        prompt,
        start,
        space,
        tokenizer,
        verbalizer,
        (done, total) => progress.reach({ stage: "comparing", done, total }),
      ),
  );
}

/** Runs an action with the space of the prompt's vectors, which is closed afterwards: it holds a large table. */
async function inSpace<Result>(
  { model }: PreparedBase,
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
