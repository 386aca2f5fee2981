import {
  countParameters,
  factsOf,
  type ModelFacts,
  type OnnxFile,
  readOnnxFile,
  weightFiles,
} from "../compiler/mod.ts";
import { readWhole } from "../device/read_whole.ts";
import type { ModelSpec } from "../experiment/types.ts";
import type { HubListener } from "../hub/repository.ts";
import { type ModelCard, readCard } from "../model/card.ts";
import { findModel } from "../model/folder.ts";
import { hashFile } from "../model/hash_file.ts";
import { readRegion } from "../model/read_region.ts";
import { readTokenizer } from "../model/read_tokenizer.ts";
import type { Tokenizer } from "../model/tokenizer.ts";

/** A frozen model, found and described. Its weights stay in their file. */
export interface OpenModel {
  /** Where it comes from, as the user names it. */
  readonly source: string;
  /** The commit, for a model of the hub. */
  readonly revision: string | null;
  readonly folder: string;
  /** The ONNX file's path. */
  readonly onnx: string;
  /** Of the ONNX file. */
  readonly sha256: string;
  /** The SHA-256 of each further file that holds weights of the model. */
  readonly weights: readonly string[];
  /** How many numbers its weights are. */
  readonly parameters: number;
  /** What its graph says of it. */
  readonly facts: ModelFacts;
  readonly card: ModelCard;
  readonly tokenizer: Tokenizer;
}

/**
 * Reads a model's folder, or gets it from the hub. All that a result depends on is known then: a run of other weights is
 * another run.
 *
 * @param namedIn the file that names it, which a folder is relative to
 */
export async function openModel(
  spec: ModelSpec,
  namedIn: string,
  listener: HubListener,
): Promise<OpenModel> {
  const { folder, onnx, revision, provide } = await findModel(spec, namedIn, listener);
  const beside = await ofFile(onnx, weightFiles);
  for (const path of beside) await provide(path);
  const facts = await ofFile(onnx, factsOf);
  return {
    source: spec.source,
    revision,
    folder,
    onnx,
    sha256: await hashFile(onnx),
    weights: await Promise.all(beside.map(hashFile)),
    parameters: await ofFile(onnx, countParameters),
    facts,
    card: await readCard(folder),
    tokenizer: (await readTokenizer(folder)).forRows(facts.rows),
  };
}

/** What is found out of an ONNX file, whose memory is given back at once. */
async function ofFile<Found>(onnx: string, find: (file: OnnxFile) => Found): Promise<Found> {
  const bytes = await readWhole(onnx);
  try {
    return find(readOnnxFile(bytes, onnx, readRegion));
  } finally {
    bytes.buffer.transfer(0);
  }
}
