/// <reference lib="dom" />
import type { ShownRow } from "./table_rows.ts";

/** The rows that a key pages by. */
const PAGE = 15;

/** What keys do in the table. */
export interface TableActions {
  readonly rows: readonly ShownRow[];
  /** The place of the row that they act on. */
  readonly cursor: number;
  readonly moveTo: (at: number) => void;
  readonly open: (row: ShownRow) => void;
  readonly toggle: (row: ShownRow) => void;
  readonly fold: (row: ShownRow, isOpen: boolean) => void;
  readonly setSide: (side: "a" | "b") => void;
  readonly curves: () => void;
  readonly compare: () => void;
  readonly filter: () => void;
  readonly close: () => void;
}

/** What is done when a key is pressed in the table; keys that do nothing there are the browser's. */
export function keyActions(actions: TableActions): (event: KeyboardEvent) => void {
  const { rows, cursor, moveTo } = actions;
  const at = (place: number) => () => moveTo(Math.max(0, Math.min(rows.length - 1, place)));
  const here = (act: (row: ShownRow) => void) => () => {
    const row = rows[cursor];
    if (row !== undefined) act(row);
  };
  const keys: Readonly<Record<string, () => void>> = {
    ArrowDown: at(cursor + 1),
    ArrowUp: at(cursor - 1),
    PageDown: at(cursor + PAGE),
    PageUp: at(cursor - PAGE),
    Home: at(0),
    End: at(rows.length - 1),
    Enter: here(actions.open),
    " ": here(actions.toggle),
    ArrowRight: here((row) => actions.fold(row, true)),
    ArrowLeft: here((row) => actions.fold(row, false)),
    a: () => actions.setSide("a"),
    b: () => actions.setSide("b"),
    c: actions.curves,
    d: actions.compare,
    "/": actions.filter,
    Escape: actions.close,
  };
  return (event) => {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!isPlain || !Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]?.();
  };
}
