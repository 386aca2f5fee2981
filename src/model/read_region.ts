import type { FileRegion } from "../compiler/mod.ts";

/** Reads a region of a file synchronously, as the compiler requires. */
export function readRegion(region: FileRegion): Uint8Array<ArrayBuffer> {
  using file = Deno.openSync(region.path);
  return readFrom(file, region);
}

/**
 * Reads regions of files as `readRegion` does, opening each file once: a model has hundreds of tensors in one. Its `read` is
 * valid until it is disposed of, which closes the files.
 */
export class RegionReader implements Disposable {
  private readonly files = new Map<string, Deno.FsFile>();
  private isOver = false;

  /** Reads a region. @throws {ReferenceError} after the reader has been disposed of */
  readonly read = (region: FileRegion): Uint8Array<ArrayBuffer> => {
    const { path } = region;
    if (this.isOver) throw new ReferenceError(`${path} is read after its reader has been disposed of`);
    const file = this.files.get(path) ?? Deno.openSync(path);
    this.files.set(path, file);
    return readFrom(file, region);
  };

  [Symbol.dispose](): void {
    this.isOver = true;
    for (const file of this.files.values()) file.close();
    this.files.clear();
  }
}

function readFrom(file: Deno.FsFile, { offset, length }: FileRegion): Uint8Array<ArrayBuffer> {
  file.seekSync(offset, Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const read = file.readSync(bytes.subarray(at));
    if (read === null) {
      throw new Deno.errors.UnexpectedEof(`it ends at ${offset + at} of ${offset + length} bytes`);
    }
    at += read;
  }
  return bytes;
}
