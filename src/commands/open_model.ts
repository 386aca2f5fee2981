import { readOnnxFile, weightFiles } from "../compiler/mod.ts";
import { readWhole } from "../device/read_whole.ts";
import { KeyError } from "../experiment/errors.ts";
import { type ModelCard, readCard } from "../model/card.ts";
import { findModel } from "../model/folder.ts";
import { hashFile } from "../model/hash_file.ts";
import { readTokenizer } from "../model/read_tokenizer.ts";
import type { Tokenizer } from "../model/tokenizer.ts";

/** A frozen model, found and described. Its weights stay in their file. */
export interface OpenModel {
  readonly folder: string;
  /** The ONNX file's path. */
  readonly onnx: string;
  /** Of the ONNX file. */
  readonly sha256: string;
  /** The SHA-256 of each further file that holds weights of the model. */
  readonly weights: readonly string[];
  readonly card: ModelCard;
  readonly tokenizer: Tokenizer;
}

/** Reads a model's folder. All that a result depends on is known then: a run of other weights is another run. */
export async function openModel(source: string, file: string, namedIn: string): Promise<OpenModel> {
  const { folder, onnx } = await findModel(source, file, namedIn);
  return {
    folder,
    onnx,
    sha256: await hashFile(onnx),
    weights: await Promise.all((await filesBeside(onnx)).map((path) => hashBeside(path, onnx))),
    card: await readCard(folder),
    tokenizer: await readTokenizer(folder),
  };
}

async function filesBeside(onnx: string): Promise<string[]> {
  const bytes = await readWhole(onnx);
  try {
    return weightFiles(readOnnxFile(bytes, onnx));
  } finally {
    bytes.buffer.transfer(0);
  }
}

async function hashBeside(path: string, onnx: string): Promise<string> {
  try {
    return await hashFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const message = `there is no ${path}, where ${onnx} has weights: the two belong together`;
    throw new KeyError([{ path: ["model", "source"], message }]);
  }
}
