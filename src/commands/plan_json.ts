import type { Message } from "../base/message.ts";
import type { PlannedRun } from "../batch/plan.ts";
import { promptLength } from "../experiment/prompt_vectors.ts";
import { countOutOfReach } from "../run/out_of_reach.ts";
import { totalSteps } from "../training/trainer.ts";
import type { SearchEstimate } from "../batch/search_estimate.ts";
import { searchPlanJson } from "./search_plan_lines.ts";
import type { SoundRun } from "./plan_lines.ts";
import type { SoundText } from "./text_plan_lines.ts";

/**
 * What would run, as JSON, and what is wrong.
 *
 * @param sound runs whose answers are words @param texts those whose answers are texts
 * @param ensembles of prompts that exist only after their runs @param searches what searches will do
 */
export function planJson(
  sound: readonly SoundRun[],
  texts: readonly SoundText[],
  ensembles: readonly PlannedRun[],
  searches: readonly SearchEstimate[],
  problems: readonly Message[],
): string {
  const runs = [
    ...sound.map(({ run, prepared: { experiment, dataset }, steps, truncated, state, seconds }) => ({
      run: run.title,
      file: run.file,
      folder: run.path,
      state,
      prompt_length: promptLength(experiment.prompt),
      train: dataset.train.length,
      validation: dataset.validation.length,
      test: dataset.test.length,
      truncated,
      steps,
      seconds: seconds ?? null,
    })),
    ...texts.map(({ run: { title }, prepared, truncated, targetTruncated, unreachable }) => {
      const { experiment: { prompt, training }, train, validation, test } = prepared;
      return {
        run: title,
        prompt_length: promptLength(prompt),
        train: train.length,
        validation: validation.length,
        test: test.length,
        truncated,
        answers_truncated: targetTruncated,
        answers_out_of_reach: countOutOfReach(unreachable),
        steps: training ? totalSteps(training, train.length) : 0,
      };
    }),
    ...ensembles.map(({ title, file, path, ensembleRuns = [] }) => ({
      run: title,
      file,
      folder: path,
      prompts: ensembleRuns,
    })),
  ];
  const format = "softprompt-plan/1";
  const plan = {
    format,
    runs,
    ...(searches.length > 0 && { searches: searches.map(searchPlanJson) }),
    problems: problems.map(({ text }) => text),
  };
  return JSON.stringify(plan, null, 2);
}
