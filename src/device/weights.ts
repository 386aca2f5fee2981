import { allDone } from "../base/all_done.ts";
import type { GraphFile, WeightsFile } from "./device.ts";

/** Reads the files that graphs take their weights from, by their paths. */
export interface WeightFiles {
  /** In bytes. */
  size(path: string): Promise<number>;
  read(path: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Reads a part of a file. @param offset in bytes, as `length` */
  readPart(path: string, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  /** A text that another file does not have, nor the same file once it holds something else. */
  identity(path: string): Promise<string>;
}

/** For web pages, which have no file system: the bytes of weights come with their graph. */
export const IN_MEMORY: WeightFiles = { size: refuse, read: refuse, readPart: refuse, identity: refuse };

function refuse(path: string): Promise<never> {
  return Promise.reject(new TypeError(`a page cannot read the file ${path}: pass its bytes`));
}

/** The size of all weights of a graph, in bytes. */
export async function weightBytes(
  { weights }: Pick<GraphFile, "weights">,
  files: WeightFiles,
): Promise<number> {
  const sizeOf = (file: WeightsFile) => typeof file === "string" ? files.size(file) : file.length;
  const sizes = await allDone([...weights.values()].map(sizeOf));
  return sizes.reduce((sum, size) => sum + size, 0);
}
