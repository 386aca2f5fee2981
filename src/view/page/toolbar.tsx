/// <reference lib="dom" />
import type { JSX, RefObject } from "preact";
import { counted } from "../../base/counted.ts";
import { RUN_STATES, type RunState } from "../../results/run_states.ts";
import { useWords } from "./language.ts";
import { type Grouping, GROUPINGS } from "./table_rows.ts";

/** What is shown of the runs, and what changes that. */
export interface ToolbarProps {
  readonly filter: string;
  readonly state: RunState | undefined;
  readonly grouping: Grouping;
  readonly shown: number;
  readonly all: number;
  readonly selected: number;
  readonly filterField: RefObject<HTMLInputElement | null>;
  readonly onFilter: (filter: string) => void;
  readonly onState: (state: RunState | undefined) => void;
  readonly onGrouping: (grouping: Grouping) => void;
  readonly onSelectShown: () => void;
  readonly onClear: () => void;
  readonly onCurves: () => void;
  readonly onSide: (side: "a" | "b") => void;
}

/** The fields above the table. */
export function Toolbar(props: ToolbarProps): JSX.Element {
  const { t, translated } = useWords();
  const { filter, state, grouping, shown, all, selected, filterField } = props;
  return (
    <>
      <div class="controls" role="search">
        <input
          type="search"
          ref={filterField}
          value={filter}
          aria-label={t("filter")}
          placeholder={`${t("filter")}: ${t("filter_help")}`}
          onInput={({ currentTarget: { value } }) => props.onFilter(value)}
        />
        <label>
          {t("status")}{" "}
          <select
            id="state"
            value={state ?? ""}
            onChange={({ currentTarget: { value } }) =>
              props.onState(RUN_STATES.find((one) => one === value))}
          >
            <option value="">{t("any_status")}</option>
            {RUN_STATES.map((one) => <option key={one} value={one}>{t(one)}</option>)}
          </select>
        </label>
        <label>
          {t("grouping")}{" "}
          <select
            id="grouping"
            value={grouping}
            onChange={({ currentTarget: { value } }) =>
              props.onGrouping(GROUPINGS.find((one) => one === value) ?? grouping)}
          >
            {GROUPINGS.map((one) => <option key={one} value={one}>{t(`by_${one}`)}</option>)}
          </select>
        </label>
        <span class="number" id="count" role="status">
          {shown === all ? "" : `${shown} / `}
          {translated({ en: counted(all, "run"), zh: `${all} 次运行` })}
          {selected > 0 && ` · ${selected} ${t("selected")}`}
        </span>
      </div>
      <div class="controls">
        <button type="button" onClick={props.onSelectShown} disabled={shown === 0}>
          {t("select_shown")}
        </button>
        <button type="button" onClick={props.onClear} disabled={selected === 0}>
          {t("clear_selection")}
        </button>
        <button type="button" id="show-curves" onClick={props.onCurves} disabled={selected === 0}>
          {t("curves_of")}
        </button>
        <button type="button" id="as-a" onClick={() => props.onSide("a")} disabled={selected === 0}>
          {t("as_a")}
        </button>
        <button type="button" id="as-b" onClick={() => props.onSide("b")} disabled={selected === 0}>
          {t("as_b")}
        </button>
      </div>
    </>
  );
}
