import { stringify } from "yaml";
import { InputError } from "../base/errors.ts";
import { classesOfFile, Message, message, SHARED_CLASSES } from "../base/message.ts";
import { visible } from "../base/visible.ts";
import { inOtherForm } from "../experiment/normalization.ts";

/** The label column of some data, for messages. */
export interface LabelColumn {
  /** The display name of the data, and their key in the experiment file, in dot notation. */
  readonly of: string;
  readonly key: string;
  readonly name: string;
  /** The class of each value, where the experiment maps them. */
  readonly labels?: Readonly<Record<string, string | null>> | undefined;
  /** Whether the experiment can map them. */
  readonly canBeMapped: boolean;
  /** Whether the data name the column: then results may name some of its values. */
  readonly isNamed: boolean;
}

/** Values of a label column that stand for no class, with their numbers of lines. */
export interface UnknownLabels {
  readonly counts: ReadonlyMap<string, number>;
  /** The place of the first, where it is known. */
  readonly place?: string | undefined;
}

/** With more unknown values than the first number the column may be that of the texts, with more than the second it is. */
const MANY = 20;
const TOO_MANY = 100;

/**
 * Checks that all values of a label column stand for classes.
 *
 * @param classes the verbalizer's
 * @param total the number of all lines
 * @throws {InputError} with all values that do not, and the lines that would map them; with many that hardly repeat, the column is
 * probably another
 */
export function checkLabels(
  { counts, place }: UnknownLabels,
  classes: readonly string[],
  total: number,
  column: LabelColumn,
): void {
  if (counts.size === 0) return;
  const { of, key, name, labels, canBeMapped, isNamed } = column;
  const values = [...counts.keys()].sort();
  const shared = isNamed ? SHARED_CLASSES : 0;
  if (values.length > TOO_MANY || values.length > MANY && 2 * values.length > total) {
    throw new InputError(
      message`the column '${name}' of '${of}' has ${
        values.length.toLocaleString("en-US")
      } values that are no classes (${
        shortList(values, shared)
      }), and the verbalizer has words for ${classes.length} classes: if it is the column of the texts, set 'label' to the one that holds the classes`,
    );
  }
  const listed = new Message(
    values.map((value) => `${classesOfFile([value], 0).text || "''"} (${counts.get(value)})`).join(", "),
    classesOfFile(values, shared).shared,
  );
  const form = values.map((value) => inOtherForm(value, classes)).find((hint) => hint !== "") ?? "";
  const some = values.length === 1 ? "a value" : `${values.length} values`;
  const what =
    message`the label column '${name}' of '${of}' has ${some} without a class: ${listed}; the verbalizer's classes are ${
      classes.join(", ")
    }${form}`;
  const at = place === undefined ? what : message`${place}: ${what}`;
  if (!canBeMapped) throw new InputError(message`${at}: give them words in 'verbalizer'`);
  const known = labels ?? Object.fromEntries(classes.map((one) => [one, one]));
  const map = {
    ...known,
    ...Object.fromEntries(values.map((value) => [value, likelyClass(value, classes)])),
  };
  const own = values.filter((value) => classes.includes(value));
  const way = own.length > 0
    ? message`${at}; '${key}.labels' does not list ${
      own.join(", ")
    }, and it is unclear whether these mean the classes of the same names: map each value to a class, or to null to leave its lines out`
    : message`${at}: set '${key}.others: drop' to leave these lines out, or map each value to a class, or to null to leave its lines out`;
  throw new InputError(new Message(`${way.text}:\n${labelLines(map)}`, way.shared));
}

/** The class whose name a label is, or differs from in case alone; null where there is none, or several. */
function likelyClass(label: string, classes: readonly string[]): string | null {
  const alike = classes.filter((one) => one.toLowerCase() === label.toLowerCase());
  return classes.includes(label) ? label : alike.length === 1 ? alike[0]! : null;
}

/** The first few values, in quotes. */
function shortList(values: readonly string[], shared: number): Message {
  const few = values.slice(0, SHARED_CLASSES);
  return new Message(
    `${few.map((value) => `'${classesOfFile([value], 0).text}'`).join(", ")}, …`,
    classesOfFile(values, shared).shared,
  );
}

/** The lines of an experiment file that map labels, as they are written below `dataset`. */
function labelLines(labels: Readonly<Record<string, string | null>>): string {
  const lines = stringify({ labels }, { lineWidth: 0 }).trimEnd().split("\n");
  return lines.map((line) => visible(`  ${line}`)).join("\n");
}
