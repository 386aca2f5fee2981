import { join, resolve } from "@std/path";
import { counted } from "../base/counted.ts";
import { sha256 } from "../base/sha256.ts";
import type { Tensor } from "../device/device.ts";
import { ConfigValueError, InputError, withKeyContext } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import type { SoftTextPrompt } from "../experiment/text_types.ts";
import type { Experiment, SoftPrompt } from "../experiment/types.ts";
import { afterScaleContext, type Entry, times } from "../formats/embedding_scale.ts";
import { readPeftAdapter } from "../formats/peft.ts";
import { checkListed } from "../disk/checksums.ts";
import { pathsFrom } from "../disk/kept_place.ts";
import { readJson } from "../disk/read_json.ts";
import { MEMORY_LIMIT, readLimited } from "../disk/read_limited.ts";
import { readPrompt } from "../results/read_prompt.ts";
import { readEnvironment } from "../results/read_run.ts";
import { FILES_OF_TEXTS } from "../model/model_use.ts";
import type { OpenModel } from "../model/open_model.ts";
import { checkFiles, type ModelFiles } from "./check_model_files.ts";

/** A tuned prompt that another one starts from. */
export interface SourcePrompt {
  /** float32 [length, dimension] */
  readonly prompt: Tensor;
  /** The SHA-256 of the file that holds it. */
  readonly sha256: string;
  /** The assumption made in reading it. */
  readonly assumed?: string;
}

/** The key that names where it is, and the one that says where an adapter's vectors enter. */
const PATH = ["prompt", "initialization", "path"];
const ENTERS = ["prompt", "initialization", "enters"];

/** The properties of the new prompt's model that the reading depends on. */
export type SourcePromptTarget = ModelFiles & { readonly facts: Pick<OpenModel["facts"], "scale"> };

/**
 * Reads the prompt that another one starts from: a run's, or a PEFT adapter's; `undefined` for other initializations.
 *
 * @param file the experiment file, which paths are relative to
 * @param model the model of the new prompt
 * @throws {ConfigValueError} where there is none, its insertion differs, or it was tuned with another model
 */
export async function readSourcePrompt(
  spec: Experiment["prompt"],
  file: string,
  model: SourcePromptTarget,
): Promise<SourcePrompt | undefined> {
  if (spec.kind === "hard") return undefined;
  const { initialization } = spec;
  if (initialization.from !== "peft" && initialization.from !== "run") return undefined;
  const folder: string = resolve(pathsFrom(file), initialization.path);
  return await withKeyContext(
    PATH,
    async () =>
      initialization.from === "peft"
        ? afterScale(await readAdapter(spec, folder), initialization.enters, model.facts.scale)
        : await readRunPrompt(spec, folder, model),
  );
}

/**
 * An adapter's prompt, converted so that it enters after the scale of the model's word embeddings.
 *
 * @param enters where it entered when it was tuned
 * @throws {ConfigValueError} where it is set for a model without a scale
 */
function afterScale(
  given: SourcePrompt,
  enters: Entry | undefined,
  scale: number,
): SourcePrompt {
  if (scale === 1) {
    if (enters === undefined) return given;
    const message =
      `'enters: ${enters}' is only for a model that scales its word embeddings by the square root of their size: leave it out`;
    throw new ConfigValueError([{ path: ENTERS, message }]);
  }
  return {
    ...given,
    prompt: enters === "before-scale" ? times(given.prompt, scale) : given.prompt,
    ...(enters === undefined && {
      assumed: `the adapter's vectors are assumed to enter ${afterScaleContext(scale)}: '${
        ENTERS.join(".")
      }: after-scale'; set 'before-scale' where the code that tuned it multiplies 'inputs_embeds' itself, as of Marian, or of Gemma 1 and 2 before transformers 5`,
    }),
  };
}

async function readAdapter({ length }: SoftPrompt | SoftTextPrompt, folder: string): Promise<SourcePrompt> {
  const path: string = join(folder, "adapter_model.safetensors");
  const weights = await unlessMissing(
    () => readLimited(path, MEMORY_LIMIT),
    folder,
    "adapter_model.safetensors",
  );
  await checkListed(folder, "adapter_model.safetensors", weights);
  const config = await unlessMissing(
    () => readJson(join(folder, "adapter_config.json")),
    folder,
    "adapter_config.json",
  );
  const prompt = readPeftAdapter(config, weights, folder);
  if (prompt.dims[0] !== length) {
    const message = `the adapter has ${
      counted(prompt.dims[0] ?? 0, "vector")
    }, but 'prompt.length' is ${length}: set it to ${prompt.dims[0]}`;
    throw new ConfigValueError([{ path: ["prompt", "length"], message }]);
  }
  return { prompt, sha256: await sha256(weights) };
}

/** @throws {InputError} where the file does not exist */
async function unlessMissing<Found>(
  read: () => Promise<Found>,
  folder: string,
  name: string,
): Promise<Found> {
  try {
    return await read();
  } catch (error) {
    const isMissing = error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
    if (!isMissing) throw error;
    throw new InputError(
      `${folder} is not a PEFT adapter: it lacks ${name}: name the folder that PEFT's save_pretrained wrote`,
      {
        cause: error,
      },
    );
  }
}

/** A model's files but for those on which answers depend, and vectors do not. */
function withoutTexts(files: ModelFiles["files"]): ModelFiles["files"] {
  return Object.fromEntries(Object.entries(files).filter(([name]) => !FILES_OF_TEXTS.includes(name)));
}

async function readRunPrompt(
  { insertion }: SoftPrompt | SoftTextPrompt,
  folder: string,
  model: SourcePromptTarget,
): Promise<SourcePrompt> {
  const given = await readPrompt(folder);
  const environment = await readEnvironment(folder);
  if (environment !== undefined) {
    const { files } = environment.model;
    const before = { ...environment.model, ...(files && { files: withoutTexts(files) }) };
    checkFiles(
      { ...model, files: withoutTexts(model.files) },
      { ...environment, model: before },
      folder,
      "start from a prompt that was tuned with this experiment's model",
    );
  }
  if (given.insertion !== insertion) {
    throw new InputError(
      message`the prompt in ${folder} is inserted at ${
        ofFile(given.insertion)
      }, but this one at ${insertion}: their vectors are in different spaces, so set 'prompt.insertion: ${
        ofFile(given.insertion)
      }'`,
    );
  }
  return given;
}
