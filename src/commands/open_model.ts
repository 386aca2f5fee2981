import { type ModelCard, readCard } from "../model/card.ts";
import { findModel } from "../model/folder.ts";
import { hashFile } from "../model/hash_file.ts";
import { Tokenizer } from "../model/tokenizer.ts";

/** A frozen model, found and described. Its weights stay in their file. */
export interface OpenModel {
  readonly folder: string;
  /** The ONNX file's path. */
  readonly onnx: string;
  readonly sha256: string;
  readonly card: ModelCard;
  readonly tokenizer: Tokenizer;
}

/** Reads a model's folder. */
export async function openModel(source: string, file: string, namedIn: string): Promise<OpenModel> {
  const { folder, onnx } = await findModel(source, file, namedIn);
  return {
    folder,
    onnx,
    sha256: await hashFile(onnx),
    card: await readCard(folder),
    tokenizer: await Tokenizer.read(folder),
  };
}
