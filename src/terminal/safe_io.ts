import { visibleLines } from "../base/visible.ts";
import type { Io } from "./io.ts";
import { STYLE_CODES } from "./style.ts";

/**
 * An input and output whose texts cannot steer a terminal, whatever names, keys, classes or models' strings they hold: their
 * control characters and overrides of the direction of writing are shown as escapes. Only colours stay, where they are shown. Data
 * that no terminal shows stay as they are.
 */
export function safeIo(io: Io): Io {
  const { stdout, stderr } = io.hasColors;
  const data = (text: string) => io.isTerminal ? visibleLines(text) : text;
  return {
    ...io,
    print: (text, kind) => io.print(kind === "data" ? data(text) : shown(text, stdout)),
    write: (text) => io.write(data(text)),
    log: (text) => io.log(shown(text, stderr)),
  };
}

function shown(text: string, hasColors: boolean): string {
  if (!hasColors) return visibleLines(text);
  return text.split(STYLE_CODES).map((part, i) => i % 2 === 0 ? visibleLines(part) : part).join("");
}
