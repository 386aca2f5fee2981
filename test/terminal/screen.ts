import type { Terminal } from "../../src/terminal/io.ts";

/** A row of a screen. */
interface Row {
  text: string;
  /** Whether the terminal has broken a line here, as it was wider than the screen. */
  isBroken: boolean;
}

const ESCAPE = "\x1b";
const PARTS = new RegExp(`(\\r|\\n|${ESCAPE}\\[\\d*[A-Z])`);
const UP = new RegExp(`^${ESCAPE}\\[\\d+A$`);
const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** What is drawn at a terminal, with the few control sequences that the program writes; any other is an error. */
export class Screen implements Terminal {
  /** Rows that were as they are when text was erased or drawn over: all that was ever seen of progress. */
  readonly frames: { readonly rows: readonly string[]; readonly columns: number }[] = [];
  private rows: Row[] = [{ text: "", isBroken: false }];
  private row = 0;
  private column = 0;

  constructor(public columns: number) {}

  write(text: string): void {
    const started = this.row;
    for (const part of text.split(PARTS)) this.take(part);
    // A frame ends with a return to its beginning; a line that is logged ends at the beginning of the next one.
    if (this.column === 0 && this.rows[this.row]!.text !== "") {
      const rows = this.rows.slice(this.row).map((one) => one.text);
      this.frames.push({ rows, columns: this.columns });
      if (this.row > started) throw new Error("the cursor does not rest where the frame begins");
    }
  }

  /** All lines on it, those that the terminal has broken in one. */
  lines(): string[] {
    const lines: string[] = [];
    let open = false;
    for (const { text, isBroken } of this.rows) {
      if (open) lines[lines.length - 1] += text;
      else lines.push(text);
      open = isBroken;
    }
    return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
  }

  private take(part: string): void {
    if (part === "") return;
    if (part === "\r") {
      this.column = 0;
    } else if (part === "\n") {
      this.to(this.row + 1);
    } else if (part === "\x1b[J") {
      this.rows.length = this.row + 1;
      const row = this.rows[this.row]!;
      row.text = row.text.slice(0, this.column);
    } else if (UP.test(part)) {
      this.row -= Number(part.slice(2, -1));
    } else if (part.includes(ESCAPE)) {
      throw new Error(`the terminal is steered by ${JSON.stringify(part)}`);
    } else {
      for (const { segment } of GRAPHEMES.segment(part)) this.put(segment);
    }
  }

  private put(grapheme: string): void {
    const width = widthOf(grapheme);
    if (this.column + width > this.columns) {
      this.rows[this.row]!.isBroken = true;
      this.to(this.row + 1);
    }
    this.rows[this.row]!.text += grapheme;
    this.column += width;
  }

  private to(row: number): void {
    this.row = row;
    this.column = 0;
    this.rows[row] ??= { text: "", isBroken: false };
  }
}

/** The display width of a text: two columns for each wide grapheme (Unicode Standard Annex 11), one for others. */
export function widthOf(text: string): number {
  return [...GRAPHEMES.segment(text)].reduce((sum, { segment }) => sum + (isWide(segment) ? 2 : 1), 0);
}

function isWide(grapheme: string): boolean {
  return /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/u.test(
    grapheme,
  );
}
