/// <reference lib="dom" />
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { visible } from "../../base/visible.ts";
import type { RunState } from "../../results/run_states.ts";
import { columnsOf, narrowColumns } from "./columns.ts";
import { ComparePanel } from "./compare_panel.tsx";
import { Curves } from "./curves.tsx";
import { type ViewSource, writeToServer } from "./data.ts";
import { type Language, LanguageContext, preferredLanguage } from "./language.ts";
import { PHRASES } from "./phrases.ts";
import { RunDetails } from "./run_details.tsx";
import { runsOf, RunTable } from "./run_table.tsx";
import { firstSides, rowsOf, type Sides, toggled } from "./selection.ts";
import { SidesBar } from "./sides_bar.tsx";
import { keyActions } from "./table_keys.ts";
import { type Grouping, matchingRows, type ShownRow, shownRows, type TableView } from "./table_rows.ts";
import { Toolbar } from "./toolbar.tsx";
import { useIndex } from "./use_index.ts";
import { useMedia } from "./use_media.ts";
import { useSame } from "./use_same.ts";

/** The page over a folder of results. */
export function App({ source }: { readonly source: ViewSource }): JSX.Element {
  const [language, setLanguage] = useState<Language>(preferredLanguage);
  const { index, trouble, isConnected, about } = useIndex(source);
  const [filter, setFilter] = useState("");
  const [state, setState] = useState<RunState | undefined>();
  const [grouping, setGrouping] = useState<Grouping>("sweeps");
  const [sorting, setSorting] = useState({ id: "name", isDown: false });
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [ownSides, setSides] = useState<Sides | undefined>();
  const [cursor, setCursor] = useState(0);
  const [opened, setOpened] = useState<string | undefined>();
  const [areCurvesShown, showCurves] = useState(false);
  const [isCompared, compare] = useState(false);
  const filterField = useRef<HTMLInputElement>(null);
  const isNarrow = useMedia("(max-width: 40rem)");
  const isPrinted = useMedia("print");
  const t = (name: keyof typeof PHRASES) => PHRASES[name][language];
  const folder = index?.folder;

  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  }, [language]);
  useEffect(() => {
    document.title = folder === undefined ? "softprompt" : `${visible(folder)} · softprompt`;
  }, [folder]);

  const rows = index?.rows ?? [];
  const columns = useMemo(() => columnsOf(rows), [rows]);
  const sortBy = columns.find(({ id }) => id === sorting.id) ?? columns[0]!;
  const view: TableView = {
    filter,
    ...(state !== undefined && { state }),
    grouping,
    sortBy,
    isDown: sorting.isDown,
    unfolded,
  };
  const matching = useMemo(() => matchingRows(rows, view), [rows, filter, state, sortBy.id, sorting.isDown]);
  const shown = useMemo(() => shownRows(matching, view), [matching, grouping, unfolded]);
  const sides = ownSides ?? firstSides(rows);
  const chosen = useSame(useMemo(() => rowsOf(rows, selected), [rows, selected]));
  const [sideA, sideB] = [
    useSame(useMemo(() => rowsOf(rows, sides.a), [rows, ownSides])),
    useSame(useMemo(() => rowsOf(rows, sides.b), [rows, ownSides])),
  ];
  const at = Math.min(cursor, Math.max(0, shown.length - 1));
  const openedRow = rows.find(({ key }) => key === opened);

  const fold = (row: ShownRow, isOpen: boolean) => {
    if (row.kind === "run" || row.isUnfolded === isOpen) return;
    setUnfolded(isOpen ? unfolded.union(new Set([row.key])) : unfolded.difference(new Set([row.key])));
  };
  const open = (row: ShownRow) => row.kind === "run" ? setOpened(row.row.key) : fold(row, !row.isUnfolded);
  const toggle = (row: ShownRow) => setSelected(toggled(selected, runsOf(row)));
  const setSide = (side: "a" | "b") => {
    compare(false);
    setSides({ ...sides, [side]: selected });
    setSelected(new Set());
  };
  const canCompare = sideA.length > 0 && sideB.length > 0;
  const onKey = keyActions({
    rows: shown,
    cursor: at,
    moveTo: setCursor,
    open,
    toggle,
    fold,
    setSide: (side) => selected.size > 0 && setSide(side),
    curves: () => selected.size > 0 && showCurves(true),
    compare: () => canCompare && compare(true),
    filter: () => filterField.current?.focus(),
    close: () => {
      if (opened !== undefined) setOpened(undefined);
      else if (isCompared) compare(false);
      else showCurves(false);
    },
  });
  const { token } = index ?? {};

  return (
    <LanguageContext.Provider value={language}>
      <header>
        <h1>{folder === undefined ? "softprompt" : visible(folder)}</h1>
        <span class={isConnected ? "soft live" : "soft live lost"} id="live">
          {t(!source.isLive ? "exported" : isConnected ? "live" : "lost")}
        </span>
        <button type="button" id="language" onClick={() => setLanguage(language === "zh" ? "en" : "zh")}>
          {t("language")}
        </button>
      </header>
      <main>
        {trouble !== undefined && <p class="problem" role="alert">{t("not_loaded")} {visible(trouble)}</p>}
        {index?.troubles.map((one) => <p class="problem" key={one}>{visible(one)}</p>)}
        {index === undefined ? trouble === undefined && <p class="soft">{t("loading")}</p> : (
          <>
            <Toolbar
              filter={filter}
              state={state}
              grouping={grouping}
              shown={matching.length}
              all={rows.length}
              selected={chosen.length}
              filterField={filterField}
              onFilter={setFilter}
              onState={setState}
              onGrouping={setGrouping}
              onSelectShown={() => setSelected(new Set(matching.map(({ key }) => key)))}
              onClear={() => setSelected(new Set())}
              onCurves={() => showCurves(true)}
              onSide={setSide}
            />
            <SidesBar a={sideA} b={sideB} onCompare={() => compare(true)} />
            <RunTable
              rows={shown}
              columns={isNarrow ? narrowColumns(columns) : columns}
              sortBy={sortBy.id}
              isDown={sorting.isDown}
              selected={selected}
              cursor={at}
              isWhole={isPrinted}
              onSort={({ id, isLargestFirst = false }) =>
                setSorting({ id, isDown: id === sorting.id ? !sorting.isDown : isLargestFirst })}
              onCursor={setCursor}
              onToggle={toggle}
              onOpen={open}
              onKey={onKey}
            />
            <p class="keys">{t("keys")}</p>
            {areCurvesShown && chosen.length > 0 && (
              <Curves
                rows={chosen}
                about={about}
                onClose={() => showCurves(false)}
              />
            )}
            {isCompared && canCompare && (
              <ComparePanel
                a={sideA}
                b={sideB}
                source={source}
                onClose={() => compare(false)}
              />
            )}
            {openedRow && (
              <RunDetails
                row={openedRow}
                about={about}
                reportAddress={source.reportAddress(openedRow.key)}
                write={token === undefined ? undefined : (asked) => writeToServer(token, asked)}
                onClose={() => setOpened(undefined)}
              />
            )}
          </>
        )}
      </main>
    </LanguageContext.Provider>
  );
}
