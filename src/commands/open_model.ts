import type { Emitted } from "../compiler/mod.ts";
import { sha256 } from "../dataset/sha256.ts";
import type { Device, Session } from "../device/device.ts";
import { findModel } from "../model/folder.ts";
import { type ModelCard, readCard } from "../model/card.ts";
import { Tokenizer } from "../model/tokenizer.ts";

/** A frozen model, read. */
export interface OpenModel {
  readonly folder: string;
  /** The ONNX file's path. */
  readonly onnx: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly sha256: string;
  readonly card: ModelCard;
  readonly tokenizer: Tokenizer;
}

/** Reads a model's folder. */
export async function openModel(source: string, file: string, namedIn: string): Promise<OpenModel> {
  const { folder, onnx } = await findModel(source, file, namedIn);
  const bytes = await Deno.readFile(onnx);
  return {
    folder,
    onnx,
    bytes,
    sha256: await sha256(bytes),
    card: await readCard(folder),
    tokenizer: await Tokenizer.read(folder),
  };
}

/** Opens a compiled graph on a device, with the files that it takes weights from. */
export async function openGraph(device: Device, graph: Emitted, model: OpenModel): Promise<Session> {
  const weights = new Map<string, Uint8Array>();
  for (const [location, path] of graph.weights) {
    weights.set(location, path === model.onnx ? model.bytes : await Deno.readFile(path));
  }
  return await device.open({ bytes: graph.bytes, weights });
}
