import { counted } from "../base/counted.ts";
import { visible } from "../base/visible.ts";
import type { PlannedRun } from "../batch/plan.ts";
import { countOutOfReach, type OutOfReach } from "../run/out_of_reach.ts";
import type { PreparedText } from "../run/prepare_text.ts";
import { tableLines } from "../terminal/table.ts";
import { totalSteps, validations } from "../training/trainer.ts";

/** An experiment with texts that has no problems. */
export interface SoundText {
  readonly run: PlannedRun;
  readonly prepared: PreparedText;
  /** The number of texts that are truncated, … */
  readonly truncated: number;
  /** … and of answers that are cut. */
  readonly targetTruncated: number;
  /** The evaluated texts whose answers cannot be generated whole. */
  readonly unreachable: OutOfReach;
}

/** What experiments with texts would run, and what generating costs in each. @param columns the terminal's width, where there is one */
export function textPlanLines(sound: readonly SoundText[], columns: number | undefined): string[] {
  return [
    ...tableLines(
      [
        "texts of",
        "prompt",
        "examples",
        "train",
        "validation",
        "test",
        "truncated",
        "answers truncated",
        "out of reach",
        "steps",
      ],
      sound.map(({ run: { title }, prepared, truncated, targetTruncated, unreachable }) => {
        const { experiment: { prompt, training }, shown, train, validation, test } = prepared;
        return [
          title,
          prompt.kind === "soft" ? `soft, ${prompt.length}` : "hard",
          ...[shown.length, train.length, validation.length, test.length, truncated, targetTruncated].map(
            String,
          ),
          String(countOutOfReach(unreachable)),
          String(training ? totalSteps(training, train.length) : 0),
        ];
      }),
      columns,
    ),
    "",
    ...sound.map(costLine),
  ];
}

/** What answering costs beyond training: texts that are generated, or classes that are compared. */
function costLine({ run: { title }, prepared }: SoundText): string {
  const { experiment, validation, test, train, transfer, targets } = prepared;
  const { evaluation, training } = experiment;
  const each = "generate" in evaluation
    ? `generates up to ${evaluation.generate.maxTokens} tokens for each text${
      evaluation.generate.beams > 1 ? ` in ${evaluation.generate.beams} beams` : ""
    }`
    : `compares the ${(targets.classes?.texts ?? []).flat().length} texts of classes for each text`;
  const times = training && validation.length > 0 ? validations(training, train.length) : 0;
  const costs = evaluation.validateOn === "metrics";
  const during = times === 0
    ? ""
    : costs
    ? `, and ${counted(validation.length, "validation text")} ${
      counted(times, "time")
    } during training ('evaluation.validateOn: loss' leaves that out)`
    : "; validations during training compute the loss alone";
  const others = transfer.reduce((sum, { examples }) => sum + examples.length, 0);
  const all = validation.length + test.length + others;
  return visible(`${title} ${each}: ${counted(all, "text")} at the end${during}`);
}
