import { join } from "@std/path";
import { crc32 } from "node:zlib";

/** The name of a scratch file, as long as it has one. */
const NAME = /^[0-9a-f-]{36}\.scratch$/;

/** Where some bytes stand in a file. */
interface Place {
  readonly at: number;
  readonly bytes: number;
  /** The checksum of the bytes: a disk may lose what it has taken, such as a full one across a network. */
  readonly crc: number;
}

/**
 * A file of bytes that can be made again, which belongs to one process. It is made when it is first written to, and loses its name at once,
 * so that the system frees it when the process ends, however that ends. Where open files cannot lose their names, it loses it at the end, and
 * what a killed process leaves is removed when the next scratch file is made in the folder.
 */
export class ScratchFile {
  private readonly places: Place[] = [];
  private opened: { readonly file: Deno.FsFile; readonly path: string } | undefined;
  private end = 0;

  /**
   * @param folder where it is made
   * @param most the bytes that it takes at most, now that it has some
   */
  constructor(private readonly folder: string, private readonly most: (bytes: number) => number) {}

  /**
   * Puts bytes at its end.
   *
   * @param pieces the bytes, one piece after the other
   * @returns their number, by which they are read; `undefined` where they would take more than there is room for
   * @throws errors of the file system, such as a full disk
   */
  put(pieces: readonly Uint8Array[]): number | undefined {
    const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
    if (this.end + bytes > this.most(this.end)) return undefined;
    this.opened ??= open(this.folder);
    const { file } = this.opened;
    file.seekSync(this.end, Deno.SeekMode.Start);
    let crc = 0;
    for (const piece of pieces) {
      for (let at = 0; at < piece.length;) at += file.writeSync(piece.subarray(at));
      crc = crc32(piece, crc);
    }
    this.places.push({ at: this.end, bytes, crc });
    this.end += bytes;
    return this.places.length - 1;
  }

  /**
   * Reads what was put.
   *
   * @param number what `put` has returned
   * @param into takes the bytes, and is as long as they are
   * @throws {Deno.errors.UnexpectedEof} where the file was cut
   * @throws {Deno.errors.InvalidData} where it has other bytes
   * @throws errors of the file system
   */
  read(number: number, into: Uint8Array): void {
    const place = this.places[number];
    const file = this.opened?.file;
    if (place?.bytes !== into.length || file === undefined) {
      throw new RangeError(`${into.length} bytes of number ${number} are not in the file`);
    }
    file.seekSync(place.at, Deno.SeekMode.Start);
    for (let at = 0; at < into.length;) {
      const read = file.readSync(into.subarray(at));
      if (read === null) throw new Deno.errors.UnexpectedEof(`it was cut after ${place.at + at} bytes`);
      at += read;
    }
    if (crc32(into) !== place.crc) {
      throw new Deno.errors.InvalidData(`it has lost what was written at byte ${place.at}`);
    }
  }

  /** Closes it, which frees its space. */
  close(): void {
    if (this.opened === undefined) return;
    this.opened.file.close();
    unname(this.opened.path);
    this.opened = undefined;
  }
}

function open(folder: string): { file: Deno.FsFile; path: string } {
  for (const { name, isFile } of Deno.readDirSync(folder)) {
    if (isFile && NAME.test(name)) unname(join(folder, name));
  }
  const path: string = join(folder, `${crypto.randomUUID()}.scratch`);
  const file = Deno.openSync(path, { createNew: true, read: true, write: true });
  unname(path);
  return { file, path };
}

/** Removes a name, where the system lets an open file lose it. */
function unname(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It is gone already, or stays until the file is closed.
  }
}
