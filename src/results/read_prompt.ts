import { join } from "@std/path";
import { sha256 } from "../base/sha256.ts";
import type { Tensor } from "../device/device.ts";
import { InputError } from "../base/errors.ts";
import { MEMORY_LIMIT } from "../disk/read_limited.ts";
import { readSafetensors } from "../device/safetensors.ts";
import { message, type MessagePart, ofFile } from "../base/message.ts";
import { promptInsertion, promptLength } from "../experiment/prompt_vectors.ts";
import { checkSemantics } from "../experiment/semantics.ts";
import { DamagedRun, readOwn } from "./damaged_run.ts";
import { checkOwnFile, PUT_BACK } from "./own_files.ts";
import { readAnyAbout, readEnvironment } from "./read_run.ts";

/** The prompt that a run tuned. */
export interface RunPrompt {
  /** float32 [length, dimension] */
  readonly prompt: Tensor;
  /** Where its vectors enter the model. */
  readonly insertion: string | undefined;
  /** The SHA-256 of its file. */
  readonly sha256: string;
}

/**
 * Reads a run's `prompt.safetensors`.
 *
 * @param folder of a complete run of a soft prompt
 * @param dimension the size of the model's vectors where the prompt enters, if known
 * @throws {InputError} where there is no such run, or it is one without a prompt of its own
 * @throws {DamagedRun} where its prompt is missing or damaged, or it is not the run's own
 */
export async function readPrompt(folder: string, dimension?: number): Promise<RunPrompt> {
  const path: string = join(folder, "prompt.safetensors");
  const bytes = await readOwn(path, Deno.readFile, MEMORY_LIMIT);
  if (bytes === undefined) {
    throw await withoutPrompt(folder);
  }
  try {
    const { tensors: { prompt }, metadata } = readSafetensors(bytes);
    if (prompt?.dims.length !== 2) throw new RangeError("it holds no prompt [length, dimension]");
    checkSemantics(metadata.semantics, path);
    for (const [axis, name] of (["length", "dimension"] as const).entries()) {
      if (Number(metadata[name]) !== prompt.dims[axis]) {
        throw new RangeError(
          `its ${name} is ${metadata[name]}, and its tensor is [${prompt.dims.join(", ")}]`,
        );
      }
    }
    const read = { prompt, insertion: metadata.insertion, sha256: await sha256(bytes) };
    await checkOwn(read, folder, path, dimension);
    return read;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new DamagedRun(`${path} is damaged (${error.message})`, undefined, { cause: error });
  }
}

/** Why a folder has no prompt. @throws {InputError} where there is no complete run in it */
async function withoutPrompt(folder: string): Promise<InputError> {
  const { experiment: { prompt, ensemble } } = await readAnyAbout(folder);
  if (prompt.kind === "hard") {
    return new InputError(
      `${folder} is a run of a hard prompt, which has no vectors: name a run of a soft prompt`,
    );
  }
  return ensemble === undefined ? new DamagedRun(`${folder} lacks prompt.safetensors`) : new InputError(
    `${folder} is an ensemble, without a prompt of its own: name one of the runs that it combines`,
  );
}

/** Refuses a prompt that is another run's, or was changed since. */
async function checkOwn(
  { prompt: { dims }, insertion, sha256 }: RunPrompt,
  folder: string,
  path: string,
  dimension: number | undefined,
): Promise<void> {
  const differs = (what: string, here: unknown, theirs: MessagePart) =>
    new DamagedRun(
      message`${path} is not this run's prompt: its ${what} is ${ofFile(here)}, but ${theirs}`,
      PUT_BACK,
    );
  if (dimension !== undefined && dims[1] !== dimension) {
    throw differs("dimension", dims[1], `the model's vectors have ${dimension} numbers`);
  }
  // A prompt may be alone in its folder, as when downloaded from a page.
  if (await readEnvironment(folder) === undefined) return;
  const { experiment, environment } = await readAnyAbout(folder);
  const { prompt } = experiment;
  const entry = promptInsertion(prompt);
  const length = promptLength(prompt);
  if (insertion !== entry) {
    throw differs("insertion", insertion, message`'prompt.insertion' in experiment.yaml is ${ofFile(entry)}`);
  }
  if (dims[0] !== length) {
    throw differs("length", dims[0], message`'prompt.length' in experiment.yaml is ${ofFile(length)}`);
  }
  checkOwnFile(folder, "prompt.safetensors", sha256, environment);
}
