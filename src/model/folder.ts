import { basename, dirname, join, relative, resolve } from "@std/path";
import { ConfigValueError, InputError, withKeyContext } from "../base/errors.ts";
import { message } from "../base/message.ts";
import { innerPath } from "../base/inner_path.ts";
import { findInnerFile } from "../disk/inner_file.ts";
import { isAbsent } from "../disk/is_absent.ts";
import { pathsFrom } from "../disk/kept_place.ts";
import { readJson } from "../disk/read_json.ts";
import type { ModelSpec } from "../experiment/types.ts";
import { canBeRepositoryId } from "../hub/repository_id.ts";
import type { DownloadReporter } from "../hub/repository.ts";
import { isByT5 } from "./byt5.ts";

/** A frozen model's folder, in the layout of the Hugging Face hub. */
export interface ModelFolder {
  readonly folder: string;
  /** The ONNX file's path; of an encoder-decoder model, the encoder's. */
  readonly onnx: string;
  /** The decoder's path, for an encoder-decoder model. */
  readonly decoder?: string;
  /** The commit, for a model on the hub. */
  readonly revision: string | null;
  /** The paths of the files next to it that describe the model and its tokenizer. */
  readonly described: readonly string[];
  /**
   * Makes another file of the model available.
   *
   * @param path in the folder
   * @returns its size in bytes
   * @throws {ConfigValueError} where the model has no such file, or it is not a regular file within the folder
   */
  provide(path: string): Promise<number>;
  /** The same of a file that it may not have. @returns its size in bytes; `undefined` where there is none */
  find(path: string): Promise<number | undefined>;
}

/** The files besides the ONNX file that a model needs to read texts. */
const TOKENIZER = "tokenizer.json";
const DESCRIPTION: readonly string[] = ["config.json", TOKENIZER];

/** The files that it may contain, on the tokenizer. */
const TOKENIZER_CONFIG = "tokenizer_config.json";
const OPTIONAL = [TOKENIZER_CONFIG, "special_tokens_map.json"];

/** What names a model that a flag names, in place of an experiment file. */
export const COMMAND_LINE = "./";

/**
 * Finds a model's folder: one on disk, else one on the hub, of which the required files are downloaded.
 *
 * @param spec its source is a folder, relative to the file that names it, or a hub id
 * @param namedIn that file, or `COMMAND_LINE`
 * @param required the files that it must contain besides the ONNX file
 * @throws {ConfigValueError} where there is none
 */
export async function findModel(
  spec: ModelSpec,
  namedIn: string,
  downloads: DownloadReporter,
  required: readonly string[] = DESCRIPTION,
): Promise<ModelFolder> {
  const folder: string = resolve(pathsFrom(namedIn), spec.source);
  if (innerPath(spec.file) === undefined) {
    throw keyError(
      `${JSON.stringify(spec.file)} must be the path of a file within the model's folder`,
      "file",
    );
  }
  if (!await exists(folder) && canBeRepositoryId(spec.source)) {
    return await withKeyContext(["model", "source"], () => hubModel(spec, folder, downloads, required));
  }
  if (spec.revision !== undefined) {
    const key = namedIn === COMMAND_LINE ? "--revision" : "'model.revision'";
    const message = `${key} goes with a model on the hub, but ${spec.source} is a folder`;
    throw new ConfigValueError([{ path: ["model", "revision"], message }]);
  }
  const missing = (path: string) => {
    const key = namedIn === COMMAND_LINE
      ? "--model names a folder"
      : `'model.source' names a folder, relative to ${namedIn},`;
    const message = `there is no ${path}: ${key} with ${
      [...required, spec.file].join(", ")
    }, or a model on the hub (owner/name)`;
    return new ConfigValueError([{ path: ["model", "source"], message }]);
  };
  if (!await exists(folder)) throw missing(folder);
  const find = (path: string) => withKeyContext(["model", "source"], () => findInnerFile(folder, path));
  const provide = async (path: string) => {
    const size = await find(path);
    if (size === undefined) throw missing(path);
    return size;
  };
  const { onnx, decoder } = await graphFiles(join(folder, spec.file), find, missing);
  const needed = await neededOf(
    required,
    folder,
    async (name) => await find(join(folder, name)) !== undefined,
  );
  const described = needed.map((name) => join(folder, name));
  for (const path of described) await provide(path);
  for (const path of OPTIONAL.map((name) => join(folder, name))) {
    if (await find(path) !== undefined) described.push(path);
  }
  return {
    folder,
    onnx,
    ...(decoder !== undefined && { decoder }),
    revision: null,
    described,
    provide,
    find,
  };
}

/** The paths of a model's graphs. */
type GraphFiles = Pick<ModelFolder, "onnx" | "decoder">;

/** The start of the names of models' files in the layout of the hub's exports: of whole models, … */
const WHOLE = "model";
/** … of encoders, … */
const ENCODER = "encoder_model";
/** … and of decoders that can begin a text. A merged one continues it, too. */
const DECODERS = ["decoder_model", "decoder_model_merged"];

/**
 * Finds a model's graph, or those of an encoder and its decoder: where a folder has no `model.onnx`, it may have
 * `encoder_model.onnx`, whose decoder lies beside it, with the same ending (`_quantized`, …).
 *
 * @param wanted the path that is asked for
 * @param find makes a file available, and gives `undefined` where there is none
 * @param missing the error for a path that is not there
 */
async function graphFiles(
  wanted: string,
  find: (path: string) => Promise<number | undefined>,
  missing: (path: string) => Promise<ConfigValueError> | ConfigValueError,
): Promise<GraphFiles> {
  const name = basename(wanted);
  const isEncoder = name.startsWith(ENCODER);
  if (!isEncoder && await find(wanted) !== undefined) return { onnx: wanted };
  if (!isEncoder && !name.startsWith(WHOLE)) throw await missing(wanted);
  const ending = name.slice((isEncoder ? ENCODER : WHOLE).length);
  const beside = (start: string) => join(dirname(wanted), `${start}${ending}`);
  const onnx = beside(ENCODER);
  const hasEncoder = await find(onnx) !== undefined;
  for (const decoder of DECODERS.map(beside)) {
    if (await find(decoder) === undefined) continue;
    if (hasEncoder) return { onnx, decoder };
    throw keyError(
      `there is no ${
        basename(onnx)
      } beside ${decoder}: a decoder is half a model, and its encoder belongs beside it`,
      "source",
    );
  }
  if (!hasEncoder) throw await missing(wanted);
  throw keyError(
    `there is no ${
      DECODERS.map((start) => `${start}${ending}`).join(" and no ")
    } beside ${onnx}: an encoder is half a model, and its decoder belongs beside it`,
    "source",
  );
}

async function hubModel(
  { source, revision = "main", file }: ModelSpec,
  instead: string,
  downloads: DownloadReporter,
  required: readonly string[],
): Promise<ModelFolder> {
  const { Repository } = await import("../hub/repository.ts");
  const { hubSettings } = await import("../hub/settings.ts");
  const settings = await hubSettings();
  const repository = await Repository.open({ type: "model", name: source }, revision, settings, downloads)
    .catch((error) => {
      if (!(error instanceof InputError)) throw error;
      throw new InputError(message`${error.forms} (nor is there a folder ${instead})`, { cause: error });
    });
  const { folder, commit } = repository;
  const find = async (path: string) =>
    await repository.file(nameOf(path)) === undefined ? undefined : await findInnerFile(folder, path);
  const nameOf = (path: string) => relative(folder, path).replaceAll("\\", "/");
  const missing = async (path: string) => {
    const name = nameOf(path);
    const exports = (await repository.paths()).filter((one) => one.endsWith(".onnx"));
    const where = settings.offline
      ? "HF_HUB_OFFLINE is set, and the cache"
      : `commit ${commit} of '${source}'`;
    return keyError(
      `${where} has no ${name}${
        name.endsWith(".onnx") ? ` (it has ${exports.join(", ") || "no ONNX files"})` : ""
      }`,
      name === file ? "file" : "source",
    );
  };
  const provide = async (path: string) => {
    const size = await find(path);
    if (size === undefined) throw await missing(path);
    return size;
  };
  const has = async (name: string) =>
    await repository.file(name) !== undefined &&
    await findInnerFile(folder, join(folder, name)) !== undefined;
  const needed = await neededOf(required, folder, has);
  for (const name of needed) await provide(join(folder, name));
  const { onnx, decoder } = await graphFiles(join(folder, file), find, missing);
  const described = needed.map((name) => join(folder, name));
  for (const name of OPTIONAL) if (await has(name)) described.push(join(folder, name));
  return {
    folder,
    onnx,
    ...(decoder !== undefined && { decoder }),
    revision: commit,
    described,
    provide,
    find,
  };
}

/** Of some files, those without which a model's texts cannot be read: ByT5 has no `tokenizer.json`. */
async function neededOf(
  required: readonly string[],
  folder: string,
  has: (name: string) => Promise<boolean>,
): Promise<readonly string[]> {
  if (!required.includes(TOKENIZER) || await has(TOKENIZER) || !await has(TOKENIZER_CONFIG)) return required;
  const isOfBytes = isByT5(await readJson(join(folder, TOKENIZER_CONFIG)));
  return isOfBytes ? required.filter((name) => name !== TOKENIZER) : required;
}

function keyError(message: string, key: "source" | "file"): ConfigValueError {
  return new ConfigValueError([{ path: ["model", key], message }]);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, (error) => {
    if (isAbsent(error)) return false;
    throw error;
  });
}
