/** Detects bytes that are read in another encoding but are also valid UTF-8, with a different text. */
export class Utf8Doubt {
  private readonly utf8 = new TextDecoder("utf-8", { fatal: true });
  private isPossible: boolean;
  /** Whether the texts differ: ASCII is the same in all encodings except those of two bytes per character. */
  private isOther: boolean;

  /** @param encoding the encoding that the bytes are read in, a known one */
  constructor(private readonly encoding: string) {
    const name = new TextDecoder(encoding).encoding;
    this.isPossible = name !== "utf-8";
    this.isOther = name.startsWith("utf-16");
  }

  /** Takes further bytes; an empty array is the end. */
  see(bytes: Uint8Array): void {
    if (!this.isPossible) return;
    try {
      const text = this.utf8.decode(bytes, { stream: bytes.length > 0 });
      this.isPossible = !text.includes("\0");
      this.isOther ||= /\P{ASCII}/u.test(text);
    } catch {
      this.isPossible = false;
    }
  }

  /** A warning about a file after all of its bytes; `undefined`: none. */
  warning(path: string): string | undefined {
    return this.isPossible && this.isOther
      ? `warning: ${path} is also valid UTF-8, but is read as ${this.encoding}, as 'encoding' says: check its texts`
      : undefined;
  }
}
