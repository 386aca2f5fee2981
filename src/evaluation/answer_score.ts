import { counted } from "../base/counted.ts";
import { percent } from "../base/percent.ts";
import { scoreText, type TextScore } from "../text_metrics/score_text.ts";
import { type Estimate, measureAnswers } from "./text_metrics.ts";

/** How well generated texts answer those that have right answers. */
export class AnswerScore {
  private readonly scores: TextScore[] = [];

  /** Counts a generated text. @param targets all of them are right */
  see(generated: string, targets: readonly string[]): void {
    this.scores.push(scoreText(generated, targets));
  }

  /** The metrics with their 95% intervals, in a line; none where no text has right answers. */
  lines(): string[] {
    const { scores } = this;
    if (scores.length === 0) return [];
    const { exact_match, token_f1, rouge_l } = measureAnswers(scores);
    const written = ({ value, interval: [low, high] }: Estimate) =>
      `${percent(value)} (95% interval ${percent(low)} to ${percent(high)})`;
    return [
      `exact match ${written(exact_match)}, token F1 ${written(token_f1)}, ROUGE-L ${written(rouge_l)}: ${
        counted(scores.length, "text")
      } with right answers`,
    ];
  }
}
