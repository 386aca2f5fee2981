import { resolve } from "@std/path";
import { allDone } from "../base/all_done.ts";
import { counted } from "../base/counted.ts";
import { float32Tensor, type Tensor } from "../device/device.ts";
import { pathsFrom } from "../disk/kept_place.ts";
import { InputError } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import { promptInsertion, promptLength } from "../experiment/prompt_vectors.ts";
import { templateText } from "../experiment/template.ts";
import type { Experiment } from "../experiment/types.ts";
import { readPrompt } from "../results/read_prompt.ts";
import { readAbout, readEnvironment } from "../results/read_run.ts";
import { checkFiles, type ModelFiles } from "./check_model_files.ts";
import { float32Data } from "../device/tensor_data.ts";

/** The prompts of an ensemble. */
export interface EnsemblePrompts {
  /** The folders of their runs. */
  readonly folders: readonly string[];
  /** float32 [prompts, length, dimension] */
  readonly prompts: Tensor;
  /** The SHA-256 of each prompt's file. */
  readonly sha256: readonly string[];
}

/**
 * The folders of the runs whose prompts vote in an experiment; `undefined` where there is no ensemble.
 *
 * @param file the experiment file, which paths are relative to
 */
export function ensembleRunFolders({ ensemble }: Experiment, file: string): string[] | undefined {
  if (ensemble === undefined || !("runs" in ensemble)) return undefined;
  return ensemble.runs.map((path) => resolve(pathsFrom(file), path));
}

/**
 * Reads the prompts of an ensemble.
 *
 * @param model the model of the ensemble
 * @throws {InputError} where a run is not complete, its model differs, or its prompt differs in length, template or
 *   insertion
 */
export async function readEnsemblePrompts(
  { prompt }: Pick<Experiment, "prompt">,
  folders: readonly string[],
  model: ModelFiles,
): Promise<EnsemblePrompts> {
  const read = await allDone(folders.map((folder) => readPrompt(folder)));
  for (const folder of folders) {
    const environment = await readEnvironment(folder);
    if (environment === undefined) {
      throw new InputError(`${folder} is not a complete run: it lacks environment.json`);
    }
    checkFiles(model, environment, folder, "an ensemble's prompts must be tuned with its model");
    const { prompt: own } = (await readAbout(folder)).experiment;
    const { template } = own;
    if ("examples" in own && own.examples > 0) {
      throw new InputError(
        `the prompt in ${folder} was tuned after ${
          counted(own.examples, "example")
        } ('prompt.examples'), which an ensemble's prompts cannot have: name runs without`,
      );
    }
    if (JSON.stringify(template) !== JSON.stringify(prompt.template)) {
      throw new InputError(
        message`the prompt in ${folder} was tuned in the template "${
          ofFile(templateText(template))
        }", but the ensemble's is "${
          templateText(prompt.template)
        }": an ensemble's prompts must have its template`,
      );
    }
  }
  for (const [i, { insertion, prompt: { dims } }] of read.entries()) {
    if (insertion !== promptInsertion(prompt)) {
      throw new InputError(
        message`the prompt in ${folders[i]!} is inserted at ${ofFile(insertion)}, but the ensemble's at ${
          promptInsertion(prompt) ?? "no place"
        }`,
      );
    }
    if (dims[0] !== promptLength(prompt)) {
      throw new InputError(
        `the prompt in ${folders[i]} has ${
          counted(dims[0] ?? 0, "vector")
        }, but 'prompt.length' of the ensemble is ${promptLength(prompt)}`,
      );
    }
    if (dims[1] !== read[0]!.prompt.dims[1]) {
      throw new InputError(
        `the prompts in ${folders[0]} and ${folders[i]} have vectors of ${read[0]!.prompt.dims[1]} and of ${
          dims[1]
        } numbers: they are for different models`,
      );
    }
  }
  const { dims } = read[0]!.prompt;
  const size = dims[0]! * dims[1]!;
  const numbers = new Float32Array(size * read.length);
  for (const [i, { prompt }] of read.entries()) numbers.set(float32Data(prompt), i * size);
  return {
    folders,
    prompts: float32Tensor(numbers, [read.length, ...dims]),
    sha256: read.map(({ sha256 }) => sha256),
  };
}
