import { percent } from "../base/percent.ts";
import type { TextDiffs } from "../diff/text_diff.ts";
import {
  below,
  breakable,
  type Content,
  Html,
  htmlOf,
  number,
  phrase,
  section,
  table,
  termName,
  together,
} from "./html.ts";
import { pageHtml } from "./page.ts";
import { textDiffPieces } from "./text_diff_report.ts";
import { textPieces, type TextReport } from "./text_report.ts";

/** A run whose answers are generated, on a page of several. */
export interface TextLabRun extends Omit<TextReport, "title"> {
  /** The name that it was given by, its own among the runs of the page. */
  readonly name: string;
}

/** The other runs compared with the first one, or why that is not possible; `undefined` where there is one run. */
export type TextLabDiff = TextDiffs | { readonly reason: string } | undefined;

/** A page of several runs whose answers are generated: their scores, the comparison of all with the first, and each run. */
export function textLabReport(
  title: string,
  runs: readonly TextLabRun[],
  diff: TextLabDiff,
): Promise<string> {
  return pageHtml({
    title,
    texts: new Map(
      runs.map(({ name, experiment, metrics, environment, predictions }) =>
        [name, { experiment, metrics, environment, predictions }] as const
      ),
    ),
    body: [section(phrase("runs"), overviewTable(runs)), ...comparison(diff), ...runs.map(runPart)],
  });
}

/** How good each run is on its test set. Of classes, the text of the right one is an exact match. */
function overviewTable(runs: readonly TextLabRun[]): Html {
  const generated = ["exact_match", "token_f1", "rouge_l"] as const;
  return table(
    [
      phrase("run"),
      phrase("kind"),
      ...generated.map(termName),
      termName("text_loss"),
      termName("perplexity"),
    ],
    runs.map(({ name, experiment: { prompt }, metrics: { test } }, i) => [
      new Html(`<a href="#run-${i}">${htmlOf(breakable(name))}</a>`),
      phrase(prompt.kind === "hard" ? "hard_prompt" : "soft_prompt"),
      ...generated.map((metric) => {
        const estimate = test[metric];
        return estimate === undefined ? "" : number(percent(estimate.value), metric);
      }),
      number(test.loss.toFixed(3), "text_loss"),
      test.perplexity.value === null ? "" : number(test.perplexity.value.toPrecision(4), "perplexity"),
    ]),
  );
}

function comparison(diff: TextLabDiff): Html[] {
  if (diff === undefined) return [];
  const pieces: readonly Content[] = "reason" in diff
    ? [new Html(`<p>${htmlOf(together(phrase("not_comparable"), ` ${diff.reason}`))}</p>`)]
    : textDiffPieces(diff);
  return [together(new Html(`<h2>${htmlOf(phrase("comparison"))}</h2>`), below(...pieces))];
}

function runPart(run: TextLabRun, index: number): Html {
  return new Html(
    `<section class="run" id="run-${index}"><h2>${htmlOf(breakable(run.name))}</h2>\n${
      htmlOf(below(...textPieces(run)))
    }</section>`,
  );
}
