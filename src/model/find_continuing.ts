import { basename, dirname, join } from "@std/path";
import type { ModelFolder } from "./folder.ts";

/** The starts of the names of files that continue a text that a decoder has begun; a merged one has begun it, too. */
const CONTINUING = ["decoder_with_past_model", "decoder_model_merged"];

/** The start of the names of decoders' files, and the ending that is the same for all files of a precision. */
const DECODER = /^decoder_model(_merged)?/;

/**
 * Finds the file that may continue texts from the keys and values of what was read: a model of one file does so itself; beside a decoder
 * there is another, with the same ending (`_quantized`, …).
 *
 * @returns its path; `undefined` where there is none
 */
export async function findContinuing(
  { onnx, decoder, find }: Pick<ModelFolder, "onnx" | "decoder" | "find">,
): Promise<string | undefined> {
  if (decoder === undefined) return onnx;
  const ending = basename(decoder).replace(DECODER, "");
  for (const path of CONTINUING.map((start) => join(dirname(decoder), `${start}${ending}`))) {
    if (path === decoder || await find(path) !== undefined) return path;
  }
  return undefined;
}
