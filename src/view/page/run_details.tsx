/// <reference lib="dom" />
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { visible, visibleLines } from "../../base/visible.ts";
import type { NeighboursFile } from "../../results/run_files.ts";
import type { AskedWrite, RunRow } from "../view_data.ts";
import { headlineText } from "./columns.ts";
import type { AboutOrProblem } from "./data.ts";
import { useWords, type Words } from "./language.ts";
import { MetricsTable } from "./metrics_table.tsx";
import { NoteField } from "./note_field.tsx";
import { Panel } from "./panel.tsx";
import { TextTable } from "./text_table.tsx";

/** What the details of a run are made of, and what can be written. */
export interface RunDetailsProps {
  readonly row: RunRow;
  readonly about: (row: RunRow) => Promise<AboutOrProblem>;
  readonly reportAddress: string;
  /** Absent where nothing can be written. */
  readonly write: ((asked: AskedWrite) => Promise<void>) | undefined;
  readonly onClose: () => void;
}

/** One run: what it reached, its report, its note, what its vectors are near, and its experiment file. */
export function RunDetails({ row, about, reportAddress, write, onClose }: RunDetailsProps): JSX.Element {
  const words = useWords();
  const { t } = words;
  const [found, setFound] = useState<AboutOrProblem | undefined>();
  useEffect(() => {
    let isOver = false;
    about(row).then(
      (one) => isOver || setFound(one),
      (error) => isOver || setFound({ problem: String(error) }),
    );
    return () => {
      isOver = true;
    };
  }, [row]);
  const problem = row.problem ?? (found !== undefined && "problem" in found ? found.problem : undefined);
  const facts = [row.step === undefined ? "" : `${t("step")} ${row.step}`, row.model, row.dataset, row.device]
    .filter((fact) => fact !== "");
  const known = found !== undefined && "history" in found ? found : undefined;
  return (
    <Panel title={visible(row.name)} onClose={onClose} id="details">
      <p>
        <span class={`state-${row.state}`}>{t(row.state)}</span>
        {row.headline && (
          <span>
            {` · ${metricName(row.headline.metric, words)} `}
            <b>{headlineText(row)}</b>
          </span>
        )}
        {facts.map((fact) => <span key={fact}>{` · ${visible(fact)}`}</span>)}
      </p>
      {problem !== undefined && <p class="problem">{visibleLines(problem)}</p>}
      {known?.hasReport && (
        <p>
          <a href={reportAddress} target="_blank" rel="noreferrer">{t("open_report")}</a>
        </p>
      )}
      <NoteField key={row.key} row={row} write={write} />
      {found === undefined && <p class="soft">{t("loading")}</p>}
      {known?.metrics !== undefined && <MetricsTable metrics={known.metrics} />}
      {known?.meaning && <Neighbours meaning={known.meaning} words={words} />}
      {known && known.experiment !== "" && (
        <details>
          <summary>{t("experiment_file")}</summary>
          <pre>{visibleLines(known.experiment)}</pre>
        </details>
      )}
    </Panel>
  );
}

function metricName(metric: string, { t }: Words): string {
  return metric === "accuracy" || metric === "perplexity" ? t(metric) : metric;
}

/** The nearest tokens of each vector. */
function Neighbours(
  { meaning, words: { t } }: { readonly meaning: NeighboursFile; readonly words: Words },
): JSX.Element {
  const { vectors } = meaning;
  return (
    <details>
      <summary>{t("neighbours")} ({vectors.length})</summary>
      <TextTable
        header={[t("vector"), t("initial"), t("nearest"), t("distance"), t("turned")]}
        numeric={[0, 3, 4]}
        rows={vectors.map(({ vector, initial_token = "", nearest, movement }) => [
          String(vector),
          initial_token,
          nearest.map(({ token, cosine }) => `${token} ${cosine.toFixed(2)}`).join(", "),
          movement.distance.toFixed(2),
          movement.cosine.toFixed(2),
        ])}
      />
    </details>
  );
}
