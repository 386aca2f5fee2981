import { join, relative, resolve } from "@std/path";
import { ConfigValueError, InputError, withKeyContext } from "../base/errors.ts";
import { message } from "../base/message.ts";
import { innerPath } from "../base/inner_path.ts";
import { findInnerFile } from "../disk/inner_file.ts";
import { isAbsent } from "../disk/is_absent.ts";
import { pathsFrom } from "../disk/kept_place.ts";
import { readJson } from "../disk/read_json.ts";
import type { ModelSpec } from "../experiment/types.ts";
import type { DownloadReporter } from "../hub/repository.ts";
import { isByT5 } from "./byt5.ts";

/** A frozen model's folder, in the layout of the Hugging Face hub. */
export interface ModelFolder {
  readonly folder: string;
  /** The ONNX file's path. */
  readonly onnx: string;
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
}

/** The files besides the ONNX file that a model needs to read texts. */
const TOKENIZER = "tokenizer.json";
const DESCRIPTION: readonly string[] = ["config.json", TOKENIZER];

/** The files that it may contain, on the tokenizer. */
const TOKENIZER_CONFIG = "tokenizer_config.json";
const OPTIONAL = [TOKENIZER_CONFIG, "special_tokens_map.json"];

/** The form of ids on the hub; `./models/x` and `../x` are folders. */
const HUB_ID = /^[\w-][\w.-]*\/[\w-][\w.-]*$/;

/**
 * Finds a model's folder: one on disk, else one on the hub, of which the required files are downloaded.
 *
 * @param spec its source is a folder, relative to the file that names it, or a hub id
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
  if (!await exists(folder) && HUB_ID.test(spec.source)) {
    return await withKeyContext(["model", "source"], () => hubModel(spec, folder, downloads, required));
  }
  if (spec.revision !== undefined) {
    const message = `'model.revision' goes with a model on the hub, but ${spec.source} is a folder`;
    throw new ConfigValueError([{ path: ["model", "revision"], message }]);
  }
  const missing = (path: string) => {
    const message = `there is no ${path}: 'model.source' names a folder, relative to ${namedIn}, with ${
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
  const onnx: string = join(folder, spec.file);
  const needed = await neededOf(
    required,
    folder,
    async (name) => await find(join(folder, name)) !== undefined,
  );
  const described = needed.map((name) => join(folder, name));
  for (const path of [onnx, ...described]) await provide(path);
  for (const path of OPTIONAL.map((name) => join(folder, name))) {
    if (await find(path) !== undefined) described.push(path);
  }
  return { folder, onnx, revision: null, described, provide };
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
  const provide = async (path: string) => {
    const name = relative(folder, path).replaceAll("\\", "/");
    if (await repository.file(name) !== undefined) {
      const size = await findInnerFile(folder, path);
      if (size !== undefined) return size;
    }
    const exports = (await repository.paths()).filter((one) => one.endsWith(".onnx"));
    const where = settings.offline
      ? "HF_HUB_OFFLINE is set, and the cache"
      : `commit ${commit} of '${source}'`;
    throw keyError(
      `${where} has no ${name}${
        name.endsWith(".onnx") ? ` (it has ${exports.join(", ") || "no ONNX files"})` : ""
      }`,
      name === file ? "file" : "source",
    );
  };
  const onnx: string = join(folder, file);
  const has = async (name: string) =>
    await repository.file(name) !== undefined &&
    await findInnerFile(folder, join(folder, name)) !== undefined;
  const needed = await neededOf(required, folder, has);
  for (const name of [...needed, file]) await provide(join(folder, name));
  const described = needed.map((name) => join(folder, name));
  for (const name of OPTIONAL) if (await has(name)) described.push(join(folder, name));
  return { folder, onnx, revision: commit, described, provide };
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
