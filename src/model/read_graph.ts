import { createHash } from "node:crypto";
import { basename } from "@std/path";
import { notOnnx, weightsApart } from "../compiler/mod.ts";
import { PIECE, piecesOf } from "./hash_file.ts";

/** So many of the first bytes tell what kind of file it is. */
const START = 64;

/** An ONNX file that was read once. */
export interface GraphOnDisk {
  /** The file without its weights, which are external data that lies where it lies on disk: in the same file, or beside it. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of the whole file. */
  readonly sha256: string;
}

/**
 * Reads an ONNX file once, from end to end, its weights never in memory.
 *
 * @returns a small file that cannot be taken apart as it is: what is wrong with it is told where it is parsed
 * @throws {CompileError} where a larger one is no ONNX file, or cut off
 */
export async function readGraph(path: string): Promise<GraphOnDisk> {
  const hash = createHash("sha256"), reader = weightsApart(basename(path));
  let start: Uint8Array | undefined;
  try {
    reader.next();
    for await (const piece of piecesOf(path)) {
      start ??= piece.slice(0, START);
      hash.update(piece);
      reader.next(piece);
    }
    return { bytes: reader.next(undefined).value!, sha256: hash.digest("hex") };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const { size } = await Deno.stat(path);
    if (size > PIECE) throw notOnnx(path, size, start!, error);
    const bytes = await Deno.readFile(path);
    return { bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
  }
}
