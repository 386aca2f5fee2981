import { visible } from "../base/visible.ts";
import { displayWidth } from "./display_width.ts";
import type { Progress } from "./progress.ts";
import { progressText } from "./progress_text.ts";
import { wrapped } from "./wrapped.ts";

/** The width of a bar, in columns. */
const SHORTEST_BAR = 6;
const LONGEST_BAR = 40;

/** What separates the parts of a row. */
const GAP = "  ";

/** A part of a row. @param rank 0: it is never left out; of the others, those of a low rank get room first */
interface Part {
  readonly text: string;
  readonly rank: number;
}

/**
 * Progress as rows of a terminal, none of them as wide as it: the last column stays free, because terminals differ in what they do after a
 * character in it. The title, the share, the loss and the time left are shown whole: where they do not fit in one row with a bar, the title has
 * rows of its own. What else there is room for comes with them.
 *
 * @param columns the terminal's width
 */
export function progressFrame(progress: Progress, columns: number): string[] {
  const room = Math.max(2, columns - 1);
  const title = visible(progress.title);
  const { share, stage, runs, loss, validation, left } = progressText(progress);
  const isCounted = share !== undefined;
  const parts = [
    { text: share, rank: 0 },
    { text: stage, rank: isCounted ? 2 : 0 },
    { text: runs, rank: 1 },
    { text: loss, rank: 0 },
    { text: validation, rank: 3 },
    { text: left, rank: 0 },
  ].flatMap(({ text, rank }): Part[] => text === undefined ? [] : [{ text: visible(text), rank }]);
  const own = { text: title, rank: 0 };
  const together = rowOf([own, ...parts], 1, progress.share, room);
  if (together !== undefined && (together.hasBar || !isCounted)) return [together.text];
  const below = rowOf(parts, 0, progress.share, room);
  return [...wrapped(title, room), ...(below === undefined ? rowsOf(parts, room) : [below.text])];
}

/**
 * The parts that fit in a row, with a bar; `undefined` where those do not fit that are never left out.
 *
 * @param barAt the part that the bar precedes
 */
function rowOf(
  parts: readonly Part[],
  barAt: number,
  share: number | undefined,
  room: number,
): { readonly text: string; readonly hasBar: boolean } | undefined {
  const widthOf = (some: readonly Part[]) =>
    some.reduce((sum, { text }) => sum + GAP.length + displayWidth(text), -GAP.length);
  const needed = parts.filter(({ rank }) => rank === 0);
  const left = room - widthOf(needed);
  if (left < 0) return undefined;
  const least = GAP.length + SHORTEST_BAR;
  const hasBar = share !== undefined && left >= least;
  const chosen = new Set(needed);
  let width = widthOf(needed);
  for (const part of parts.toSorted((a, b) => a.rank - b.rank)) {
    const more = GAP.length + displayWidth(part.text);
    if (part.rank === 0 || width + more + (hasBar ? least : 0) > room) continue;
    chosen.add(part);
    width += more;
  }
  const bar = hasBar ? [barOf(share, Math.min(LONGEST_BAR, room - width - GAP.length))] : [];
  const shown = (some: readonly Part[]) => some.filter((part) => chosen.has(part)).map(({ text }) => text);
  const text = [...shown(parts.slice(0, barAt)), ...bar, ...shown(parts.slice(barAt))].join(GAP);
  return { text, hasBar };
}

/** The parts that are never left out, in as many rows as they need. */
function rowsOf(parts: readonly Part[], room: number): string[] {
  const rows: string[] = [];
  for (const { text, rank } of parts) {
    if (rank > 0) continue;
    const longer = rows.length === 0 ? text : `${rows.at(-1)}${GAP}${text}`;
    if (rows.length > 0 && displayWidth(longer) <= room) rows[rows.length - 1] = longer;
    else rows.push(...wrapped(text, room));
  }
  return rows;
}

function barOf(share: number, length: number): string {
  const full = Math.floor(length * Math.min(1, share));
  return "█".repeat(full) + "░".repeat(length - full);
}
