import { join } from "@std/path";
import { isObject } from "../base/json_object.ts";
import { JSON_LIMIT, readTextLimited } from "../disk/read_limited.ts";
import { damaged } from "../results/damaged_run.ts";
import { readHistory } from "../results/read_shown.ts";
import { readAnyAbout, readFinished } from "../results/read_run.ts";
import type { ReportedRun } from "./tracker.ts";

/**
 * Reads what is reported of a complete run out of its folder: of steps what its history has, so that a run that was interrupted and went
 * on has each step once.
 *
 * @param title its path from the folder of all results
 * @throws {DamagedRun} where it is not complete, or damaged
 */
export async function readReported(folder: string, title: string): Promise<ReportedRun> {
  const finished = await readFinished(folder);
  if (finished === undefined) throw damaged(join(folder, "metrics.json"), "it is not that of a complete run");
  const { contentHash, environment, metrics, time } = finished;
  const { experiment } = await readAnyAbout(folder);
  const { test, validation } = metrics;
  const history = await readHistory(folder, environment);
  return {
    title,
    experiment: experiment.name,
    folder,
    key: `${contentHash} ${time.toISOString()}`,
    began: new Date(time.getTime() - 1000 * metrics.seconds),
    ended: time,
    commit: environment.git_commit,
    yaml: await readTextLimited(join(folder, "experiment.yaml"), JSON_LIMIT),
    settings: new Map(flattened("", experiment)),
    history,
    results: new Map([
      ...numbersOf("test", test),
      // With a history, these are its numbers at the best step.
      ...history.length === 0 ? numbersOf("validation", validation) : [],
    ]),
    step: metrics.best_step ?? 0,
  };
}

/** The numbers of metrics, with an interval or without. */
function numbersOf(part: string, metrics: object | undefined): (readonly [string, number])[] {
  return Object.entries(metrics ?? {}).flatMap(([name, value]: readonly [string, unknown]) => {
    const number = isObject(value) ? value.value : value;
    return typeof number === "number" ? [[`${part}/${name}`, number] as const] : [];
  });
}

/** Keys that a tracker takes as a part of a name. */
const NAME = /^[\w-]+$/;

/** The keys of an experiment with their values, as text. Lists, and objects with other keys, such as classes, count as values. */
function flattened(path: string, value: unknown): (readonly [string, string])[] {
  if (value === undefined) return [];
  if (isObject(value) && Object.keys(value).every((key) => NAME.test(key)) && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([key, inner]) =>
      flattened(path === "" ? key : `${path}.${key}`, inner)
    );
  }
  return [[path, typeof value === "string" ? value : JSON.stringify(value)]];
}
