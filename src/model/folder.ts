import { dirname, join, resolve } from "@std/path";
import { KeyError } from "../experiment/errors.ts";

/** A frozen model's folder, in the layout of the Hugging Face hub. */
export interface ModelFolder {
  readonly folder: string;
  /** The ONNX file's path. */
  readonly onnx: string;
}

/**
 * Finds a model's folder.
 *
 * @param source a folder, relative to the file that names it
 * @param file the ONNX file within it
 * @throws {KeyError} where there is none
 */
export async function findModel(source: string, file: string, namedIn: string): Promise<ModelFolder> {
  const folder: string = resolve(dirname(namedIn), source);
  const onnx: string = join(folder, file);
  for (const path of [folder, onnx, join(folder, "config.json"), join(folder, "tokenizer.json")]) {
    await Deno.stat(path).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      const message =
        `there is no ${path}: 'model.source' names a folder, relative to ${namedIn}, with config.json, tokenizer.json and ${file}`;
      throw new KeyError([{ path: ["model", "source"], message }]);
    });
  }
  return { folder, onnx };
}
