/** Sees whether bytes that are read in another encoding are UTF-8, too, and another text in it. */
export class Utf8Doubt {
  private readonly utf8 = new TextDecoder("utf-8", { fatal: true });
  private isPossible: boolean;
  /** Whether the texts differ: ASCII is the same in all encodings but those of two bytes a character. */
  private isOther: boolean;

  /** @param encoding that the bytes are read in, a known one; UTF-8 where this is left out */
  constructor(private readonly encoding: string | undefined) {
    const name = new TextDecoder(encoding).encoding;
    this.isPossible = name !== "utf-8";
    this.isOther = name.startsWith("utf-16");
  }

  /** Takes further bytes; none are the end. */
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

  /** What a person should know of a file once all of its bytes were seen; `undefined`: nothing. */
  warning(path: string): string | undefined {
    return this.isPossible && this.isOther
      ? `warning: ${path} is UTF-8, too, and is read as ${this.encoding}, as 'encoding' says: are its texts right?`
      : undefined;
  }
}
