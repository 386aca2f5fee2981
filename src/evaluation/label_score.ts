import { counted } from "../base/counted.ts";
import { percent } from "../base/percent.ts";
import { valueCounts } from "../base/value_counts.ts";
import { wilsonInterval } from "./metrics.ts";

/** The accuracy of predictions on texts of which some have labels. */
export class LabelScore {
  private labelled = 0;
  private correct = 0;
  private readonly unknown = new Map<string, number>();

  /** @param classes of the run */
  constructor(private readonly classes: readonly string[]) {}

  /**
   * Counts a prediction.
   *
   * @param label its class, or what is written in its place
   * @param predicted `null` where it is none of the classes
   */
  see(label: string, predicted: string | null): void {
    if (!this.classes.includes(label)) this.unknown.set(label, (this.unknown.get(label) ?? 0) + 1);
    else {
      this.labelled++;
      if (label === predicted) this.correct++;
    }
  }

  /** The accuracy with its 95% interval, and the labels that stand for none of the classes, a line each. */
  lines(): string[] {
    const { labelled, correct, unknown, classes } = this;
    const [low, high] = wilsonInterval(correct, labelled);
    const without = [...unknown.values()].reduce((sum, count) => sum + count, 0);
    return [
      ...(labelled > 0
        ? [
          `accuracy ${percent(correct / labelled)} (95% interval ${percent(low)} to ${
            percent(high)
          }): ${correct} of ${counted(labelled, "labelled text")}`,
        ]
        : []),
      ...(without > 0
        ? [
          `${without} ${without === 1 ? "label stands" : "labels stand"} for none of the run's classes (${
            classes.join(", ")
          }) and ${without === 1 ? "is" : "are"} not counted (${valueCounts(unknown)})`,
        ]
        : []),
    ];
  }
}
