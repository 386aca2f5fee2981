/// <reference lib="dom" />
import type { JSX } from "preact";
import { counted } from "../../base/counted.ts";
import { visible } from "../../base/visible.ts";
import type { RunRow } from "../view_data.ts";
import { useWords } from "./language.ts";

/** The two sides that are compared; nothing where there is neither. */
export function SidesBar(
  { a, b, onCompare }: {
    readonly a: readonly RunRow[];
    readonly b: readonly RunRow[];
    readonly onCompare: () => void;
  },
): JSX.Element | null {
  const { t, translated } = useWords();
  if (a.length + b.length === 0) return null;
  const side = (rows: readonly RunRow[]) => {
    const [first] = rows;
    if (first === undefined) return "–";
    const others = rows.length - 1;
    const more = { en: ` and ${counted(others, "other")}`, zh: ` 等 ${rows.length} 次运行` };
    return `${visible(first.name)}${others === 0 ? "" : translated(more)}`;
  };
  return (
    <div class="sides">
      <span id="side-a">
        <b>A</b> {side(a)}
      </span>
      <span id="side-b">
        <b>B</b> {side(b)}
      </span>
      <button type="button" id="compare" onClick={onCompare} disabled={a.length === 0 || b.length === 0}>
        {t("compare")}
      </button>
    </div>
  );
}
