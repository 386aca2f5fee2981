import process from "node:process";
import { counted } from "../base/counted.ts";
import type { Notice } from "./progress.ts";

/** The share of the free memory that keys and values of the rows before prompts may take. */
const SHARE = 1 / 4;

/**
 * The bytes that may be kept of the rows before prompts, from now on. A container's limit counts, where there is one.
 *
 * @param workers those that share the memory: each has an equal part
 */
export function roomForRows(workers = 1): number {
  const left = (process.constrainedMemory() || Infinity) - Deno.memoryUsage().rss;
  return SHARE / workers * Math.max(0, Math.min(Deno.systemMemoryInfo().available, left));
}

/**
 * The notice that the rows before a prompt are left out of its steps.
 *
 * @param title the run's
 * @param bytesPerRow what is kept of one row
 * @param examples those that are trained on
 * @param room the bytes that are kept at most
 */
export function keptRowsNotice(
  title: string,
  bytesPerRow: number,
  examples: readonly { readonly promptRows: readonly number[] }[],
  room: number,
): Notice {
  const rows = examples.reduce((sum, { promptRows }) => sum + Math.min(...promptRows), 0);
  const bytes = rows * bytesPerRow;
  const many = counted(examples.length, "example").replace(
    /^\d+/,
    (count) => Number(count).toLocaleString("en"),
  );
  const limit = bytes > room
    ? `; there is room for ${inUnits(room)}, and the others are computed in each step`
    : ", kept for all epochs";
  return {
    about: "rows before the prompt",
    line:
      `${title}: steps begin at the prompt, as the texts before it do not depend on it: their keys and values take ${
        inUnits(bytes / examples.length)
      } an example, ${inUnits(bytes)} for ${many}${limit}`,
  };
}

function inUnits(bytes: number): string {
  const [unit, size] = bytes < 1e6 ? ["kB", 1e3] : bytes < 1e9 ? ["MB", 1e6] : ["GB", 1e9];
  return `${(bytes / Number(size)).toFixed(1)} ${unit}`;
}
