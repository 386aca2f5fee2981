import { dirname, join, resolve } from "@std/path";
import { sha256 } from "../dataset/sha256.ts";
import type { Tensor } from "../device/device.ts";
import { InputError, KeyError, saidOfKey } from "../experiment/errors.ts";
import type { PromptSpec } from "../experiment/types.ts";
import { type PeftConfig, readPeftAdapter } from "../formats/peft.ts";
import { readJson } from "../model/read_json.ts";
import { readPrompt } from "../results/read_prompt.ts";
import { readEnvironment } from "../results/read_run.ts";
import { checkFiles, type ModelFiles } from "./same_model.ts";

/** A prompt that was tuned before. */
export interface GivenPrompt {
  /** float32 [length, dimension] */
  readonly prompt: Tensor;
  /** Of the file that holds it. */
  readonly sha256: string;
}

/** The key that names where it is. */
const PATH = ["prompt", "initialization", "path"];

/**
 * Reads the prompt that another one starts from: a run's, or an adapter of PEFT's; `undefined` where it starts otherwise.
 *
 * @param file the experiment file, which paths are relative to
 * @param model that the new prompt is for
 * @throws {KeyError} where there is none, it does not stand where this one does, or a run's was tuned with another model
 */
export async function readGivenPrompt(
  spec: PromptSpec,
  file: string,
  model: ModelFiles,
): Promise<GivenPrompt | undefined> {
  const { initialization } = spec;
  if (initialization?.from !== "peft" && initialization?.from !== "run") return undefined;
  const folder: string = resolve(dirname(file), initialization.path);
  return await saidOfKey(
    PATH,
    () => initialization.from === "peft" ? readAdapter(spec, folder) : readRunPrompt(spec, folder, model),
  );
}

async function readAdapter({ length }: PromptSpec, folder: string): Promise<GivenPrompt> {
  const weights = await Deno.readFile(join(folder, "adapter_model.safetensors")).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new InputError(`${folder} is no adapter of PEFT's: it lacks adapter_model.safetensors`);
  });
  const config = await readJson(join(folder, "adapter_config.json"));
  const prompt = readPeftAdapter(config as unknown as PeftConfig, weights, folder);
  if (prompt.dims[0] !== length) {
    const message = `the adapter has ${prompt.dims[0]} vectors, and 'prompt.length' is ${length}`;
    throw new KeyError([{ path: ["prompt", "length"], message }]);
  }
  return { prompt, sha256: await sha256(weights) };
}

async function readRunPrompt(
  { insertion }: PromptSpec,
  folder: string,
  model: ModelFiles,
): Promise<GivenPrompt> {
  const given = await readPrompt(folder), environment = await readEnvironment(folder);
  if (environment !== undefined) {
    checkFiles(model, environment, folder, "start from a prompt of the model that is tuned with here");
  }
  if (given.insertion !== insertion) {
    throw new InputError(
      `the prompt in ${folder} stands at ${given.insertion}, and this one at ${insertion}: their vectors are of different spaces`,
    );
  }
  return given;
}
