import {
  calibrated,
  type Calibration,
  contextualShift,
  fittedTemperature,
} from "../evaluation/recalibration.ts";
import { InputError } from "../base/errors.ts";
import type { EvaluationSpec } from "../experiment/types.ts";
import type { CalibrationFile } from "../results/metrics_file.ts";

/** The uncalibrated logits that a calibration is fitted to. */
export interface CalibrationSources {
  /** [inputs without content][classes] */
  readonly contentFree: readonly (readonly number[])[];
  /** [examples][classes], with each example's class as an index. */
  readonly validation: readonly (readonly number[])[];
  readonly labels: readonly number[];
}

/** The calibration that an experiment asks for: the shift first, then the temperature of the shifted logits. */
export function calibrationOf(
  { calibrate = [] }: Pick<EvaluationSpec, "calibrate">,
  { contentFree, validation, labels }: CalibrationSources,
): Calibration {
  const shifted: Calibration = calibrate.includes("contextual")
    ? { shift: contextualShift(contentFree) }
    : {};
  if (!calibrate.includes("temperature")) return shifted;
  const scaled = validation.map((row) => calibrated(row, shifted));
  return { ...shifted, temperature: fittedTemperature(scaled, labels) };
}

/** A calibration as written to `metrics.json`. */
export function calibrationFile(
  { shift, temperature }: Calibration,
  classes: readonly string[],
  before: CalibrationFile["before"],
): CalibrationFile {
  return {
    ...(shift && { shift: Object.fromEntries(classes.map((name, c) => [name, shift[c]!])) }),
    ...(temperature !== undefined && { temperature }),
    before,
  };
}

/**
 * A run's calibration from its `metrics.json`; the identity where it has none.
 *
 * @throws {InputError} where it lacks a class, or contains a value that is not a number
 */
export function calibrationIn(file: CalibrationFile | undefined, classes: readonly string[]): Calibration {
  const { shift, temperature } = file ?? {};
  const isSound = (shift === undefined || classes.every((name) => Number.isFinite(shift[name]))) &&
    (temperature === undefined || temperature > 0 && Number.isFinite(temperature));
  if (!isSound) {
    throw new InputError(
      `the 'calibration' in the run's metrics.json has no number for each class (${
        JSON.stringify({ shift, temperature })
      }): run its experiment again with --force`,
    );
  }
  return {
    ...(shift && { shift: classes.map((name) => shift[name]!) }),
    ...(temperature !== undefined && { temperature }),
  };
}
