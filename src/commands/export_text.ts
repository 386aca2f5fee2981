import { chooseDevice } from "../device/choose.ts";
import { InputError } from "../base/errors.ts";
import type { GeneratedExperiment } from "../experiment/text_types.ts";
import { templateText } from "../experiment/template.ts";
import { textInCard } from "../formats/cards.ts";
import type { ClassifierDtype } from "../formats/classifier_folder.ts";
import { generatorFiles } from "../formats/generator.ts";
import { promptCache } from "../formats/prompt_cache.ts";
import type { OpenModel } from "../model/open_model.ts";
import { readTextRun } from "../results/read_text_run.ts";
import { readPrompt } from "../results/read_prompt.ts";
import type { AnyAbout } from "../results/read_run.ts";
import { compileExperiment, positionCounting } from "../run/compile_experiment.ts";
import { readerOfRun } from "../inference/reader_of_run.ts";
import { freeEncoding } from "../run/encode_free.ts";
import type { CommandIo } from "../terminal/command_io.ts";
import { noteSpelled } from "./note_spelled.ts";
import { adapterFiles } from "./export_adapter.ts";

/** A complete run whose answers are free texts. */
export interface FreeRun extends Pick<AnyAbout, "environment"> {
  readonly experiment: GeneratedExperiment;
  readonly folder: string;
  /** Opened for generating. */
  readonly model: OpenModel;
}

type Files = Readonly<Record<string, string | Uint8Array>>;

/** The name of a file with a prompt's keys and values. */
const CACHE_FILE = "past_key_values.safetensors";

/** A run as an adapter for PEFT. @throws {InputError} where PEFT cannot put its prompt where it is */
export async function textAdapterFiles(
  { experiment, folder, model }: FreeRun,
  io: CommandIo,
): Promise<Files> {
  const { reader: { card } } = await readerOfRun(experiment, model, folder);
  const { name, prompt, dataset: { clean }, evaluation } = experiment;
  const subject = { name, clean, kind: card.kind, answers: textInCard(evaluation) };
  return await adapterFiles(prompt, subject, folder, model, io);
}

/** A run as a generator in the hub's layout. @throws {InputError} as `generatorFiles` does */
export async function textGeneratorFiles(
  run: FreeRun,
  dtype: ClassifierDtype,
  io: CommandIo,
): Promise<Files> {
  const { experiment, environment, folder, model } = run;
  const { prompt, dataset: { clean }, evaluation: { generate } } = experiment;
  const { reader, encoder, vectors } = await opened(run);
  const columns = Object.keys(encoder.noTexts);
  const [column] = columns;
  if (column === undefined || columns.length > 1) {
    throw new InputError(
      `a generator takes one text, but the template has ${
        columns.join(" and ") || "none"
      }: export a run whose template has one column`,
    );
  }
  const { stop } = generate;
  if (stop.length > 0) {
    io.log(
      `${folder}: the run's answers end before ${
        stop.map((one) => JSON.stringify(one)).join(" or ")
      } ('evaluation.generate.stop'), which the exported files do not know: cut what they write there`,
    );
  }
  const { predictions } = await readTextRun(folder);
  noteSpelled(predictions.map(({ text }) => text), model, `${folder}: the generator`, io);
  return await generatorFiles({
    model,
    card: reader.card,
    encoder,
    column,
    clean,
    prompt: vectors,
    // Where the text is another column than the data's `text`, the predictions do not hold it alone.
    texts: column === "text" ? predictions.map(({ text }) => text) : [],
    dtype,
    tokens: { start: reader.tokens.start, ends: reader.tokens.ends },
    maxTokens: generate.maxTokens,
    about: {
      template: templateText(prompt.template),
      generate,
      content_hash: environment.content_hash,
    },
  });
}

/** The keys and values of a run's prompt. @throws {InputError} as `promptCache` does, or where the prompt is hard */
export async function textCacheFiles(run: FreeRun, io: CommandIo): Promise<Files> {
  const { environment, experiment, folder, model } = run;
  const { reader: { card }, encoder, vectors } = await opened(run);
  if (vectors === undefined || card.kind !== "causal") {
    const what = vectors === undefined ? "a hard prompt" : "an encoder-decoder";
    throw new InputError(
      `${folder} is a run of ${what}: a cache is of a soft prompt in front of a causal model's texts: use --format onnx`,
    );
  }
  const about = {
    template: templateText(experiment.prompt.template),
    content_hash: environment.content_hash,
  };
  const device = await chooseDevice("cpu", io.log);
  return { [CACHE_FILE]: await promptCache({ model, card, encoder, prompt: vectors, about }, device) };
}

async function opened(run: FreeRun) {
  const { experiment, folder, model } = run;
  const { prompt } = experiment;
  const { reader, shown } = await readerOfRun(experiment, model, folder);
  const target = { target: "cpu", precision: "float32", answer: "text" } as const;
  const compiled = await compileExperiment({ experiment, model }, target);
  const { encoder } = freeEncoding(
    { experiment, reader, shown },
    positionCounting(prompt, compiled),
  );
  const vectors = prompt.kind === "soft" && compiled
    ? { vectors: (await readPrompt(folder, compiled.dimension)).prompt, insertion: prompt.insertion }
    : undefined;
  return { reader, encoder, vectors };
}
