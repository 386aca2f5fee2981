import { InputError } from "../base/errors.ts";
import { classesOfFile, message, SHARED_CLASSES } from "../base/message.ts";
import { countByClass } from "./class_counts.ts";
import type { Example } from "./example.ts";
import { LeftOut } from "./left_out.ts";
import type { LabelledTable } from "./table.ts";
import { checkLabels, type LabelColumn } from "./unknown_labels.ts";

/** The tables that some data consist of, taken together: what they leave out, and the labels that stand for no class. */
export class Tables {
  readonly leftOut = new LeftOut();
  private readonly unknown = new Map<string, number>();
  private firstUnknown: string | undefined;

  /** Counts a table. @returns its examples */
  add({ examples, leftOut, unknown, firstUnknown }: LabelledTable): readonly Example[] {
    this.leftOut.addAll(leftOut);
    for (const [value, count] of unknown) this.unknown.set(value, (this.unknown.get(value) ?? 0) + count);
    this.firstUnknown ??= firstUnknown;
    return examples;
  }

  /**
   * Checks that there are examples, and that the verbalizer has words for the class of each.
   *
   * @param all the examples of all tables
   * @param classes the verbalizer's
   * @param empty what is wrong where there are none
   * @throws {InputError} naming all labels without a class
   */
  check(all: readonly Example[], classes: readonly string[], empty: string, column: LabelColumn): void {
    const total = all.length + [...this.unknown.values()].reduce((sum, count) => sum + count, 0);
    if (total === 0) {
      const { size } = this.leftOut;
      throw new InputError(size === 0 ? empty : `${empty}: all of its ${size} lines are left out`);
    }
    const counts = countByClass(all);
    const wordless = [...counts.keys()].filter((one) => !classes.includes(one));
    const { of, key, labels, isNamed } = column;
    if (labels !== undefined && wordless.length > 0) {
      throw new InputError(
        message`the verbalizer has no words for what '${key}.labels' maps values of '${of}' to: ${
          classesOfFile(wordless, isNamed ? SHARED_CLASSES : 0)
        } (its classes: ${classes.join(", ")}): map them to these, or to null to leave their lines out`,
      );
    }
    const strange = new Map([...this.unknown, ...wordless.map((one) => [one, counts.get(one)!] as const)]);
    checkLabels({ counts: strange, place: this.firstUnknown }, classes, total, column);
  }
}
