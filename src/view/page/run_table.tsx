/// <reference lib="dom" />
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { visible } from "../../base/visible.ts";
import type { RunRow } from "../view_data.ts";
import { type Column, gridTemplate, isShare, leastWidth, numberText } from "./columns.ts";
import { useWords, type Words } from "./language.ts";
import type { ShownGroup, ShownRow } from "./table_rows.ts";

/** The height of a row with its line, in px, as in the style sheet. */
const ROW = 34;

/** The rows that are drawn above and below those that are seen. */
const BESIDE = 5;

/** What the table shows, and what is done with its rows. */
export interface RunTableProps {
  readonly rows: readonly ShownRow[];
  readonly columns: readonly Column[];
  readonly sortBy: string;
  readonly isDown: boolean;
  readonly selected: ReadonlySet<string>;
  /** The place of the row that keys act on. */
  readonly cursor: number;
  /** Whether all rows are drawn: on paper, nothing is scrolled. */
  readonly isWhole: boolean;
  readonly onSort: (column: Column) => void;
  readonly onCursor: (at: number) => void;
  readonly onToggle: (row: ShownRow) => void;
  readonly onOpen: (row: ShownRow) => void;
  readonly onKey: (event: KeyboardEvent) => void;
}

/** The runs that a row stands for. */
export function runsOf(row: ShownRow): readonly RunRow[] {
  return row.kind === "run" ? [row.row] : row.runs;
}

/** The table of runs, of which only the rows in sight are in the page. */
export function RunTable(props: RunTableProps): JSX.Element {
  const { rows, columns, cursor, isWhole, onKey } = props;
  const words = useWords();
  const place = useRef<HTMLDivElement>(null);
  const [{ top, height }, setSeen] = useState({ top: 0, height: 600 });
  const look = () => {
    const { scrollTop = 0, clientHeight = 600 } = place.current ?? {};
    setSeen((seen) =>
      seen.top === scrollTop && seen.height === clientHeight ? seen : { top: scrollTop, height: clientHeight }
    );
  };
  useLayoutEffect(look, [rows.length]);
  useEffect(() => {
    const observer = new ResizeObserver(look);
    if (place.current) observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    const { current } = place;
    if (!current) return;
    if (cursor * ROW < current.scrollTop) current.scrollTop = cursor * ROW;
    const below = (cursor + 1) * ROW - current.clientHeight;
    if (below > current.scrollTop) current.scrollTop = below;
  }, [cursor]);
  const first = isWhole ? 0 : Math.max(0, Math.floor(top / ROW) - BESIDE);
  const last = isWhole ? rows.length : Math.min(rows.length, Math.ceil((top + height) / ROW) + BESIDE);
  const template = gridTemplate(columns);
  const minWidth = `${leastWidth(columns)}rem`;
  return (
    <div
      role="grid"
      tabIndex={0}
      aria-label={words.t("all_runs")}
      aria-rowcount={rows.length + 1}
      aria-multiselectable="true"
      aria-activedescendant={`row-${cursor}`}
      onKeyDown={onKey}
    >
      <div role="row" class="head" aria-rowindex={1} style={{ gridTemplateColumns: template, minWidth }}>
        <span role="columnheader" aria-label={words.t("select")} />
        {columns.map((column) => <Header key={column.id} column={column} {...props} />)}
      </div>
      <div
        class={isWhole ? "rows whole" : "rows"}
        role="rowgroup"
        ref={place}
        onScroll={look}
        style={isWhole ? {} : { minWidth, height: `${rows.length * ROW + 2}px` }}
      >
        <div class="filler" style={isWhole ? {} : { height: `${rows.length * ROW}px` }}>
          {rows.length === 0 && <p class="soft">{words.t("no_runs")}</p>}
          {rows.slice(first, last).map((row, i) => (
            <TableRow key={row.key} row={row} at={first + i} template={template} words={words} {...props} />
          ))}
        </div>
      </div>
    </div>
  );
}

/** Keeps the keys that press a button from the table, where they mean its rows. */
function keepKeys(event: KeyboardEvent): void {
  if (event.key === "Enter" || event.key === " ") event.stopPropagation();
}

function Header(
  { column, sortBy, isDown, onSort }: RunTableProps & { readonly column: Column },
): JSX.Element {
  const { t } = useWords();
  const { header } = column;
  const order = column.id !== sortBy ? "none" : isDown ? "descending" : "ascending";
  return (
    <span role="columnheader" aria-sort={order} class={column.isNumeric ? "numeric" : ""}>
      <button type="button" onClick={() => onSort(column)} onKeyDown={keepKeys}>
        {"phrase" in header ? t(header.phrase) : visible(header.key)}
      </button>
    </span>
  );
}

interface TableRowProps extends RunTableProps {
  readonly row: ShownRow;
  readonly at: number;
  readonly template: string;
  readonly words: Words;
}

function TableRow({ row, at, template, words, ...props }: TableRowProps): JSX.Element {
  const { columns, selected, cursor, isWhole, onCursor, onToggle, onOpen } = props;
  const runs = runsOf(row);
  const chosen = runs.filter(({ key }) => selected.has(key)).length;
  const isSelected = chosen === runs.length;
  const hasStates = columns.some(({ id }) => id === "state");
  const name = row.kind === "run" ? row.row.name : row.name;
  return (
    <div
      role="row"
      id={`row-${at}`}
      aria-rowindex={at + 2}
      aria-selected={isSelected}
      {...(row.kind === "run" ? {} : { "aria-expanded": row.isUnfolded })}
      class={[at === cursor ? "cursor" : "", row.kind === "run" ? "" : "group"].join(" ")}
      style={{
        gridTemplateColumns: template,
        ...(isWhole ? {} : { transform: `translateY(${at * ROW}px)` }),
      }}
      onClick={() => {
        onCursor(at);
        onOpen(row);
      }}
    >
      <span role="gridcell">
        <input
          type="checkbox"
          tabIndex={-1}
          aria-label={`${words.t("select")}: ${visible(name)}`}
          checked={isSelected}
          indeterminate={chosen > 0 && !isSelected}
          onClick={(event) => event.stopPropagation()}
          onChange={() => {
            onCursor(at);
            onToggle(row);
          }}
        />
      </span>
      {columns.map((column) => (
        <span
          key={column.id}
          role="gridcell"
          class={column.isNumeric ? "numeric" : ""}
          {...(column.id === "name" ? { style: { paddingLeft: `calc(${row.depth} * var(--indent))` } } : {})}
        >
          {row.kind === "run"
            ? <RunCell row={row.row} label={row.label} column={column} hasStates={hasStates} words={words} />
            : <GroupCell group={row} column={column} words={words} />}
        </span>
      ))}
    </div>
  );
}

/** What a cell shows of a run. */
function RunCell(
  { row, label, column, hasStates, words }: {
    readonly row: RunRow;
    readonly label: string;
    readonly column: Column;
    /** Whether the table has a column of states; where there is no room for one, they stand with the names. */
    readonly hasStates: boolean;
    readonly words: Words;
  },
): JSX.Element {
  const text = visible(column.text(row));
  if (column.id === "state") {
    const step = row.state === "running" && row.step !== undefined ? ` ${row.step}` : "";
    return (
      <span class={`state-${row.state}`} title={visible(row.problem ?? "")}>{words.t(row.state)}{step}</span>
    );
  }
  if (column.id !== "name") return <span title={text}>{text}</span>;
  return (
    <span title={text}>
      {visible(label)}
      {!hasStates && row.state !== "complete" && (
        <span class={`tag state-${row.state}`}>{words.t(row.state)}</span>
      )}
      {row.baselines.map((name) => (
        <span class="tag" key={name}>{words.t("is_baseline")} {visible(name)}</span>
      ))}
    </span>
  );
}

/** What a cell shows of a group: what its runs have in common, and their metric together. */
function GroupCell(
  { group, column, words }: { readonly group: ShownGroup; readonly column: Column; readonly words: Words },
): JSX.Element {
  const { runs, isUnfolded, score } = group;
  if (column.id === "name") {
    return (
      <span title={visible(group.name)}>
        <span class="fold" aria-hidden="true">{isUnfolded ? "▾" : "▸"}</span>
        {visible(group.label)}{" "}
        <span class="soft">
          · {runs.length}
          <span class="roomy">{` ${words.t("runs_count")}`}</span>
        </span>
      </span>
    );
  }
  if (column.id === "metric") return <span>{scoreText(group, words)}</span>;
  if (column.id === "seed" || score === undefined && column.id === "loss") return <span />;
  const texts = new Set(runs.map((row) => column.id === "state" ? words.t(row.state) : column.text(row)));
  return <span class="soft">{texts.size === 1 ? visible([...texts][0] ?? "") : ""}</span>;
}

function scoreText({ kind, runs, score }: ShownGroup, { t }: Words): string {
  const headline = runs.find((row) => row.headline !== undefined)?.headline;
  if (score === undefined || headline === undefined) return "";
  const text = numberText(score.value, headline);
  if (kind === "sweep") return `${t("best_of")} ${text}`;
  if (score.sd === null) return text;
  return `${text} ± ${isShare(headline) ? (100 * score.sd).toFixed(1) : score.sd.toPrecision(3)}`;
}
