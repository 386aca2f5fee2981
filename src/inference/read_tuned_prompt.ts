import { InputError } from "../base/errors.ts";
import { parseJson } from "../base/json_text.ts";
import { message, type MessagePart, ofFile } from "../base/message.ts";
import type { Tensor } from "../device/device.ts";
import { readSafetensors } from "../device/safetensors.ts";
import { MEMORY_LIMIT, readLimited } from "../disk/read_limited.ts";
import { checkSemantics } from "../experiment/semantics.ts";
import type { PromptTuning, WordExperiment } from "../experiment/types.ts";
import { CHOICES } from "../experiment/experiment_file.ts";
import { filesSha256 } from "../model/files_sha256.ts";
import type { OpenModel } from "../model/open_model.ts";

/** A prompt that was tuned in the page of `serve`, and the experiment of its run with its length and classes. */
export interface TunedPrompt {
  readonly experiment: PromptTuning;
  /** float32 [length, dimension] */
  readonly prompt: Tensor;
}

/** The run whose prompt is replaced. */
export interface ReplacedIn {
  /** For messages. */
  readonly folder: string;
  readonly experiment: WordExperiment;
  readonly model: OpenModel;
  /** The size of the model's vectors where the prompt enters; `undefined` where none does. */
  readonly dimension: number | undefined;
}

/** The way out where a file is no prompt of the page. */
const DOWNLOAD = "name a prompt.safetensors that was downloaded from the page of serve";

/**
 * Reads a prompt that was tuned in the page of `serve`.
 *
 * @throws {InputError} where it is no such file, or was tuned for another model, template, cleaning or place than the run's
 */
export async function readTunedPrompt(
  path: string,
  { folder, experiment, model, dimension }: ReplacedIn,
): Promise<TunedPrompt> {
  if (experiment.tune !== "prompt" || experiment.ensemble !== undefined) {
    throw new InputError(
      `--prompt takes the place of a run's prompt, and ${folder} has not tuned one: name a run of a soft prompt`,
    );
  }
  const { tensors, metadata } = await contentOf(path);
  const { prompt } = tensors;
  if (prompt?.dims.length !== 2) {
    throw new InputError(`${path} holds no prompt [length, dimension]: ${DOWNLOAD}`);
  }
  if (metadata.model_sha256 === undefined) {
    throw new InputError(
      `${path} does not say which model and template its prompt was tuned for: ${DOWNLOAD}; the prompt of a run is used by the run's folder`,
    );
  }
  checkSemantics(metadata.semantics, path);
  const differs = (what: string, then: MessagePart, now: MessagePart) =>
    new InputError(
      message`${path} was tuned for another ${what} (${then}) than that of ${folder} (${now}): name the run whose page it was tuned in`,
    );
  const now = filesSha256(model);
  if (metadata.model_sha256 !== now) {
    throw differs(
      "model",
      message`sha256 ${ofFile(metadata.model_sha256.slice(0, 12))}…`,
      `${now.slice(0, 12)}…`,
    );
  }
  const keys = {
    template: [metadata.template, experiment.prompt.template],
    cleaning: [metadata.clean, experiment.dataset.clean],
    insertion: [metadata.insertion, experiment.prompt.insertion],
  };
  for (const [what, [then, now]] of Object.entries(keys)) {
    if (then !== now) throw differs(what, ofFile(then), ofFile(now));
  }
  const [length, width] = prompt.dims;
  if (width !== dimension) {
    throw new InputError(
      `${path} is damaged: its vectors have ${width} numbers, and those of the model have ${dimension}: download it again`,
    );
  }
  const multiTokenWords = CHOICES.multiTokenWords.find((one) => one === metadata.multi_token_words);
  const verbalizer = verbalizerIn(metadata.verbalizer);
  if (verbalizer === undefined || multiTokenWords === undefined) {
    throw new InputError(
      `${path} is damaged: it does not name its classes and their words: download it again`,
    );
  }
  return {
    experiment: {
      ...experiment,
      prompt: { ...experiment.prompt, length: length! },
      verbalizer,
      multiTokenWords,
    },
    prompt,
  };
}

/** @throws {InputError} where it is no safetensors file */
async function contentOf(path: string): Promise<ReturnType<typeof readSafetensors>> {
  try {
    return readSafetensors(await readLimited(path, MEMORY_LIMIT));
  } catch (error) {
    const { NotFound, NotADirectory } = Deno.errors;
    if (error instanceof NotFound || error instanceof NotADirectory) {
      throw new InputError(`there is no file ${path}: ${DOWNLOAD}`, { cause: error });
    }
    if (!(error instanceof RangeError)) throw error;
    throw new InputError(message`${path} cannot be read (${ofFile(error.message)}): ${DOWNLOAD}`, {
      cause: error,
    });
  }
}

/** The words of each class, as JSON; `undefined` where it is something else. */
function verbalizerIn(text: string | undefined): Record<string, string[]> | undefined {
  let content: unknown;
  try {
    content = parseJson(text ?? "");
  } catch {
    return undefined;
  }
  if (typeof content !== "object" || content === null || Array.isArray(content)) return undefined;
  const classes = Object.entries(content);
  const read = classes.flatMap(([name, words]) => areWords(words) ? [[name, words] as const] : []);
  return read.length === classes.length && read.length >= 2 ? Object.fromEntries(read) : undefined;
}

function areWords(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 &&
    value.every((word) => typeof word === "string" && word !== "");
}
