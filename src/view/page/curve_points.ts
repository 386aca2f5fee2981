import type { HistoryLine } from "../../training/training_files.ts";

/** The curves that runs log. */
export const CURVES = ["training_loss", "validation_loss", "validation_accuracy"] as const;

/** One of these. */
export type CurveName = typeof CURVES[number];

/** A point of a run's curve. */
export interface CurvePoint {
  readonly run: string;
  readonly step: number;
  readonly value: number;
}

/** The points of a run's curve, in the order of the steps; empty where it has not logged this. */
export function curvePoints(run: string, history: readonly HistoryLine[], curve: CurveName): CurvePoint[] {
  return history.flatMap(({ step, loss, validation }) => {
    const value = {
      training_loss: loss,
      validation_loss: validation?.loss,
      validation_accuracy: validation?.accuracy,
    }[curve];
    return value === undefined ? [] : [{ run, step, value }];
  });
}

/** The most points that are dots as well as part of a line. */
const MOST_DOTS = 300;

/** The points that are dots: all of them where they are few, else those that have no line, as they are their run's only one. */
export function dottedPoints<Point extends CurvePoint>(points: readonly Point[]): readonly Point[] {
  if (points.length <= MOST_DOTS) return points;
  const counts = Map.groupBy(points, ({ run }) => run);
  return points.filter(({ run }) => counts.get(run)?.length === 1);
}

/** The colours of as many series, told apart by their hue; light enough on black and dark enough on white. */
export function seriesColours(count: number): string[] {
  return Array.from(
    { length: count },
    (_, i) => `hsl(${Math.round((210 + i * 360 / count) % 360)} 62% ${i % 2 === 0 ? 48 : 58}%)`,
  );
}
