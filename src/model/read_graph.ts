import { createHash } from "node:crypto";
import { basename } from "@std/path";
import { notOnnx, readOnnxFile, weightsApart } from "../compiler/mod.ts";
import { PIECE, piecesOf } from "../disk/hash_file.ts";
import { readRegion } from "./read_region.ts";

/** An ONNX file that has been read once. */
export interface GraphOnDisk {
  /** The file without its weights, which become external data in their files on disk: the same file, or those next to it. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The SHA-256 of the whole file. */
  readonly sha256: string;
}

/**
 * Reads an ONNX file once, from end to end, without holding its weights in memory.
 *
 * @throws {CompileError} where it is not an ONNX file, or truncated
 */
export async function readGraph(path: string): Promise<GraphOnDisk> {
  const hash = createHash("sha256");
  const reader = weightsApart(basename(path));
  try {
    reader.next();
    for await (const piece of piecesOf(path)) {
      hash.update(piece);
      reader.next(piece);
    }
    return { bytes: reader.next(undefined).value!, sha256: hash.digest("hex") };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // The kind of file is seen from its start.
    const { size } = await Deno.stat(path);
    const length = Math.min(size, PIECE);
    const start = readRegion({ path, offset: 0, length });
    readOnnxFile(start, path, undefined, size);
    throw notOnnx(path, size, start, error);
  }
}
