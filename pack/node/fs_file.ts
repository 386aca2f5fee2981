import { promisify } from "node:util";
import * as fs from "node:fs";

/** How a file is opened, as Deno names it. By default it is read. */
interface Opening {
  readonly read?: boolean;
  readonly write?: boolean;
  readonly append?: boolean;
  readonly create?: boolean;
  readonly createNew?: boolean;
}

const { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_WRONLY } = fs.constants;

function flagsOf(
  { read = false, write = false, append = false, create = false, createNew = false }: Opening,
): number {
  const writes = write || append || createNew;
  return (writes ? read ? O_RDWR : O_WRONLY : O_RDONLY) | (append ? O_APPEND : 0) |
    (create || createNew ? O_CREAT : 0) | (createNew ? O_EXCL : 0);
}

/** The bytes per read of a stream. */
const PIECE = 1 << 16;

/** An open file with a position, as Deno has it. */
class FsFile implements Disposable {
  private position = 0;
  private isOpen = true;

  constructor(private readonly descriptor: number, private readonly isAppended: boolean) {}

  /** @returns the number of bytes; `null` at the end */
  async read(into: Uint8Array): Promise<number | null> {
    const { bytesRead } = await promisify(fs.read)(this.descriptor, into, 0, into.length, this.position);
    return this.moved(bytesRead);
  }

  /** @returns the number of bytes; `null` at the end */
  readSync(into: Uint8Array): number | null {
    return this.moved(fs.readSync(this.descriptor, into, 0, into.length, this.position));
  }

  async write(bytes: Uint8Array): Promise<number> {
    const at = this.isAppended ? null : this.position;
    const { bytesWritten } = await promisify(fs.write)(this.descriptor, bytes, 0, bytes.length, at);
    this.position += bytesWritten;
    return bytesWritten;
  }

  writeSync(bytes: Uint8Array): number {
    const at = this.isAppended ? null : this.position;
    const written = fs.writeSync(this.descriptor, bytes, 0, bytes.length, at);
    this.position += written;
    return written;
  }

  /** From the file's beginning. */
  seekSync(offset: number): void {
    this.position = offset;
  }

  async stat(): Promise<{ readonly size: number }> {
    return await promisify(fs.fstat)(this.descriptor);
  }

  async sync(): Promise<void> {
    await promisify(fs.fsync)(this.descriptor);
  }

  /** Node has no locks: the file beside a file says who owns it. */
  tryLock(): Promise<boolean> {
    return Promise.reject(new Error("Node cannot lock files"));
  }

  /** The rest of the file; at its end, the file is closed. */
  get readable(): ReadableStream<Uint8Array> {
    return new ReadableStream({
      pull: async (controller) => {
        const piece = new Uint8Array(PIECE);
        const read = await this.read(piece);
        if (read !== null) return controller.enqueue(piece.subarray(0, read));
        this.close();
        controller.close();
      },
      cancel: () => this.close(),
    });
  }

  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    fs.closeSync(this.descriptor);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  private moved(bytes: number): number | null {
    this.position += bytes;
    return bytes === 0 ? null : bytes;
  }
}

/** Opens a file. */
export async function open(path: string, opening: Opening = {}): Promise<FsFile> {
  return new FsFile(await promisify(fs.open)(path, flagsOf(opening), 0o666), opening.append === true);
}

/** Opens a file to read it. */
export function openSync(path: string): FsFile {
  return new FsFile(fs.openSync(path, flagsOf({})), false);
}
