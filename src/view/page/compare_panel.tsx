/// <reference lib="dom" />
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { visibleLines } from "../../base/visible.ts";
import type { RunRow } from "../view_data.ts";
import { askComparison } from "./ask_comparison.ts";
import type { Compared, NamedRuns } from "./compare_runs.ts";
import { ComparisonView } from "./comparison.tsx";
import type { ViewSource } from "./data.ts";
import { useWords } from "./language.ts";
import { Panel } from "./panel.tsx";

/** What two selections were compared to, or why they cannot be. */
type Outcome = { readonly compared: Compared } | { readonly reason: string } | undefined;

/** The comparison of two selections of runs. */
export function ComparePanel(
  { a, b, source, onClose }: {
    readonly a: readonly RunRow[];
    readonly b: readonly RunRow[];
    readonly source: ViewSource;
    readonly onClose: () => void;
  },
): JSX.Element {
  const { t } = useWords();
  const [outcome, setOutcome] = useState<Outcome>();
  useEffect(() => {
    let isOver = false;
    setOutcome(undefined);
    outcomeOf(a, b, source).then((found) => isOver || setOutcome(found));
    return () => {
      isOver = true;
    };
  }, [a, b]);
  return (
    <Panel title={t("comparison_of")} onClose={onClose} id="comparison">
      {outcome === undefined && <p class="soft" role="status">{t("comparing")}</p>}
      {outcome && "reason" in outcome && (
        <p class="problem" role="alert">{t("cannot_compare")} {visibleLines(outcome.reason)}</p>
      )}
      {outcome && "compared" in outcome && <ComparisonView compared={outcome.compared} />}
    </Panel>
  );
}

async function outcomeOf(a: readonly RunRow[], b: readonly RunRow[], source: ViewSource): Promise<Outcome> {
  try {
    return { compared: await askComparison(await runsOf(a, source), await runsOf(b, source)) };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

/** The runs of a side with their predictions, by their folders. @throws {Error} where one cannot be read */
async function runsOf(rows: readonly RunRow[], source: ViewSource): Promise<NamedRuns> {
  const runs: NamedRuns[number][] = [];
  for (const { key, folder } of rows) {
    const found = await source.compared(key);
    if (found.kind === "none") throw new Error(found.reason);
    runs.push([folder.replaceAll("\\", "/"), found]);
  }
  return runs;
}
