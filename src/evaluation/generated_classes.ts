import { type ClassMetrics, measureClasses } from "./metrics.ts";

/** An example whose class is that of the text which was generated. */
export interface ClassedAnswer {
  /** Its class. */
  readonly label: string;
  /** The class whose text was generated; `null` where the text is that of none. */
  readonly predicted: string | null;
}

/** The metrics of classes by generated texts; the names are those of `metrics.json`. */
export interface GeneratedClassMetrics extends ClassMetrics {
  /** How often the generated text is that of no class. */
  readonly illegal_rate: number;
}

/** Measures how often the generated text is that of the right class; one of no class never is. */
export function measureGeneratedClasses(
  answers: readonly ClassedAnswer[],
  classes: readonly string[],
): GeneratedClassMetrics {
  const indexOf = (name: string) => classes.indexOf(name);
  return {
    ...measureClasses(
      answers.map(({ predicted }) => predicted === null ? undefined : indexOf(predicted)),
      answers.map(({ label }) => indexOf(label)),
      classes,
    ),
    illegal_rate: answers.filter(({ predicted }) => predicted === null).length / answers.length,
  };
}
