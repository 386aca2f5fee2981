import { valueCounts } from "../base/value_counts.ts";

/**
 * Why a line of a table is no example: a null, a label that is mapped to null, or a label of another class; or its right answer is not
 * there, empty, or no text.
 */
export type DropReason = "null" | "skipped" | "other" | TargetFault;

/** Why a line of a table has no right answer, beside a null. */
export type TargetFault = "absent" | "empty" | "not_text";

const WORDS: Readonly<Record<DropReason, string>> = {
  null: "null in a required column",
  skipped: "a label that 'labels' maps to null",
  other: "a label of none of the classes, with 'others: drop'",
  absent: "no column of the right answer",
  empty: "an empty right answer",
  not_text: "a right answer that is no text",
};

/** The lines of a table, or of several, that are no examples, counted by reason and value. */
export class LeftOut {
  private readonly found = new Map<DropReason, Map<string, number>>();

  /** @param value the label, or the name of the column that has null */
  add(reason: DropReason, value: string, count = 1): void {
    const values = this.found.get(reason) ?? new Map<string, number>();
    this.found.set(reason, values.set(value, (values.get(value) ?? 0) + count));
  }

  /** Adds those of another table. */
  addAll(other: LeftOut): void {
    for (const [reason, values] of other.found) {
      for (const [value, count] of values) this.add(reason, value, count);
    }
  }

  /** The number of lines for each reason that there is. */
  get counts(): Readonly<Partial<Record<DropReason, number>>> {
    return Object.fromEntries([...this.found].map(([reason, values]) => [reason, sum(values)]));
  }

  /** The number of lines. */
  get size(): number {
    return [...this.found.values()].reduce((all, values) => all + sum(values), 0);
  }

  /** The reasons with their numbers and values, the most frequent first: for the terminal, as it quotes the file. */
  describe(): string {
    return [...this.found].map(([reason, values]) =>
      `${sum(values)} ${sum(values) === 1 ? "has" : "have"} ${WORDS[reason]} (${valueCounts(values)})`
    ).join("; ");
  }
}

function sum(values: ReadonlyMap<string, number>): number {
  return [...values.values()].reduce((all, count) => all + count, 0);
}
