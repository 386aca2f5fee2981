/**
 * The values of flags, read from their text.
 *
 * @module
 */
import { InvalidArgumentError } from "commander";
import { GATE_CHOICE } from "../diff/gate_metrics.ts";
import { canNameBaseline } from "../results/baseline_place.ts";
import { RUN_STATES, type RunState } from "../results/run_states.ts";
import type { PlannedShard, Shard } from "./batch_flags.ts";

/** A flag that may be given several times: its values in their order. */
export function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

/** A whole number from 1. */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("It must be a whole number of at least 1.");
  return Number(text);
}

/** The number of a port; 0 is any that is free. */
export function portNumber(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) > 65535) {
    throw new InvalidArgumentError("It must be a whole number from 0 to 65535.");
  }
  return Number(text);
}

/** The significance level of a test. */
export function level(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) {
    throw new InvalidArgumentError("It must be a number between 0 and 1, for example 0.05.");
  }
  return value;
}

/** Metrics that may fail a gate, with commas between them: which there are depends on the results. */
export function gate(text: string): string[] {
  const names = text.split(",").map((one) => one.trim());
  if (!names.includes("")) return names;
  throw new InvalidArgumentError(`It must be ${GATE_CHOICE}, with commas between them.`);
}

/** `i/n`: the i-th of n parts; `auto` or `last`: a part of the plan. */
export function shardOf(text: string): Shard | PlannedShard {
  if (text === "auto" || text === "last") return text;
  const [, index, count] = /^([1-9]\d*)\/([1-9]\d*)$/.exec(text)?.map(Number) ?? [];
  if (index === undefined || count === undefined || index > count) {
    throw new InvalidArgumentError(
      "It must be i/n with i from 1 to n, for example 2/3, or auto or last, of what submit has planned.",
    );
  }
  return { index, count };
}

/** What a prompt can be exported for: PEFT, any ONNX Runtime, or programs that start from keys and values. */
export const EXPORT_FORMATS = ["peft", "onnx", "cache"] as const;

/** The precisions in which the weights of a classifier or generator can be stored, as transformers.js names them. */
export const EXPORT_DTYPES = ["fp32", "fp16", "q8"] as const;

/** Where runs are reported to. */
export type ReportTo =
  | { readonly tracker: "tensorboard"; readonly folder?: string }
  | { readonly tracker: "mlflow" };

/** A tracker, in addition to those before it: `tensorboard`, `tensorboard=DIR`, `mlflow`. */
export function reportTo(text: string, before: readonly ReportTo[]): ReportTo[] {
  const [, tracker, folder] = /^(tensorboard|mlflow)(?:=(.+))?$/s.exec(text) ?? [];
  if (tracker === "tensorboard") return [...before, { tracker, ...(folder !== undefined && { folder }) }];
  if (tracker === "mlflow" && folder === undefined) return [...before, { tracker }];
  throw new InvalidArgumentError("It must be tensorboard, tensorboard=DIR or mlflow.");
}

/** The output formats of predictions. */
export const PREDICTION_FORMATS = ["jsonl", "csv"] as const;

/** The output formats of a diff. */
export const DIFF_FORMATS = ["text", "markdown", "json", "html"] as const;

/** The name of a baseline. */
export function baselineName(text: string): string {
  if (canNameBaseline(text)) return text;
  throw new InvalidArgumentError("It must be a name of letters, digits and ._+-, for example main.");
}

/** The orders of a list of runs. */
export const ORDERS = ["name", "time", "metric"] as const;

/** States of runs, with commas between them. */
export function runStates(text: string): RunState[] {
  return listOf(RUN_STATES, text);
}

/** What `clean` can remove: runs that are not complete, compiled steps, runs that no experiment file asks for. */
export const CLEANED = ["partial", "cache", "unasked"] as const;

/** Kinds of what can be removed, with commas between them. */
export function cleaned(text: string): (typeof CLEANED)[number][] {
  return listOf(CLEANED, text);
}

/** Some of the known values, with commas between them. */
function listOf<Value extends string>(known: readonly Value[], text: string): Value[] {
  return text.split(",").map((one) => {
    const value = known.find((each) => each === one.trim());
    if (value !== undefined) return value;
    throw new InvalidArgumentError(`It must be some of ${known.join(", ")}, with commas between them.`);
  });
}
