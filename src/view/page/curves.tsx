/// <reference lib="dom" />
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { visible } from "../../base/visible.ts";
import type { HistoryLine } from "../../training/training_files.ts";
import type { RunRow } from "../view_data.ts";
import { Chart, type Draw } from "./chart.tsx";
import { type CurveName, curvePoints, CURVES, dottedPoints, seriesColours } from "./curve_points.ts";
import type { AboutOrProblem } from "./data.ts";
import { useWords } from "./language.ts";
import { Panel } from "./panel.tsx";

/** The most runs whose curves are drawn over each other. */
const MOST = 40;

/** The curves of runs, over each other. */
export function Curves(
  { rows, about, onClose }: {
    readonly rows: readonly RunRow[];
    readonly about: (row: RunRow) => Promise<AboutOrProblem>;
    readonly onClose: () => void;
  },
): JSX.Element {
  const { t } = useWords();
  const [curve, setCurve] = useState<CurveName>("training_loss");
  const shown = useMemo(() => rows.slice(0, MOST), [rows]);
  const [histories, setHistories] = useState<ReadonlyMap<string, readonly HistoryLine[]>>(new Map());
  useEffect(() => {
    let isOver = false;
    Promise.allSettled(shown.map(async (row) => [row.key, await about(row)] as const)).then((all) => {
      if (isOver) return;
      setHistories(
        new Map(
          all.flatMap((one) =>
            one.status === "fulfilled" && "history" in one.value[1]
              ? [[one.value[0], one.value[1].history] as const]
              : []
          ),
        ),
      );
    });
    return () => {
      isOver = true;
    };
  }, [shown]);
  const logged = shown.flatMap((row) => {
    const points = curvePoints(visible(row.name), histories.get(row.key) ?? [], curve);
    return points.length === 0 ? [] : [{ row, points }];
  });
  const colours = seriesColours(logged.length);
  const label = t(curve);
  const draw = useMemo<Draw>(() => (plot, width) => {
    const points = logged.flatMap(({ points }, i) =>
      points.map((point) => ({ ...point, colour: colours[i]! }))
    );
    const isShare = curve === "validation_accuracy";
    return plot.plot({
      width,
      height: width < 480 ? 260 : 340,
      marginLeft: 52,
      marginBottom: 40,
      style: { background: "none", color: "var(--ink)", fontSize: "12px", fontFamily: "inherit" },
      color: { type: "identity" },
      x: { label: `${t("step")} →`, ticks: width < 480 ? 4 : 8 },
      y: { label: `↑ ${label}`, grid: true, nice: true, ...(isShare && { tickFormat: ".0%" }) },
      marks: [
        plot.lineY(points, { x: "step", y: "value", z: "run", stroke: "colour", strokeWidth: 1.6 }),
        plot.dot(dottedPoints(points), { x: "step", y: "value", fill: "colour", r: 2.4 }),
        plot.tip(
          points,
          plot.pointer({
            x: "step",
            y: "value",
            fill: "var(--panel)",
            stroke: "var(--line)",
            title: ({ run, step, value }) =>
              `${run}\n${t("step")} ${step}: ${isShare ? `${(100 * value).toFixed(1)}%` : value.toFixed(4)}`,
          }),
        ),
      ],
    });
  }, [histories, curve, label]);
  return (
    <Panel title={`${t("curves_of")} · ${shown.length} ${t("runs_count")}`} onClose={onClose} id="curves">
      <p class="controls">
        <label>
          {t("shown_curve")}{" "}
          <select
            value={curve}
            onChange={({ currentTarget: { value } }) =>
              setCurve(
                CURVES.find((one) =>
                  one === value
                ) ?? curve,
              )}
          >
            {CURVES.map((one) => <option key={one} value={one}>{t(one)}</option>)}
          </select>
        </label>
        {rows.length > MOST && <span class="soft">{t("too_many_curves")}</span>}
      </p>
      {logged.length === 0 ? <p class="soft">{t("no_curves")}</p> : <Chart draw={draw} label={label} />}
      <ul class="legend-list">
        {logged.map(({ row }, i) => (
          <li key={row.key}>
            <span style={{ color: colours[i]! }}>■</span> {visible(row.name)}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
