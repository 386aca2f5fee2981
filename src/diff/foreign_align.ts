import { mean } from "simple-statistics";
import { counted } from "../base/counted.ts";
import { InputError } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import type { Evaluation, Sample } from "../foreign/evaluation.ts";
import type { ForeignPair } from "./foreign_side.ts";

/** The samples of an example on both sides: one on each, or more where it was repeated. */
export interface PairedExample {
  readonly a: readonly Sample[];
  readonly b: readonly Sample[];
}

/** The examples that both evaluations have, and the numbers of those that are left out. */
export interface ForeignAlignment {
  readonly examples: readonly PairedExample[];
  readonly onlyInA: number;
  readonly onlyInB: number;
  /** Left out: examples with the same id and another text. */
  readonly changed: number;
}

/** The fraction of the smaller evaluation that must also be in the other. */
const LEAST_SHARED = 0.5;

/**
 * Aligns two evaluations by the ids of their examples.
 *
 * @throws {InputError} where an example has other right answers on the other side, or too few are on both sides
 */
export function alignEvaluations({ a, b }: Pick<ForeignPair, "a" | "b">): ForeignAlignment {
  const [ofA, ofB] = [byExample(a), byExample(b)];
  const shared = [...ofA].flatMap(([example, one]) => {
    const other = ofB.get(example);
    return other === undefined ? [] : [{ example, a: one, b: other }];
  });
  const hasOtherTarget = ({ a: [one], b: [other] }: PairedExample) => differ(one?.target, other?.target);
  const others = shared.filter(hasOtherTarget);
  if (others[0] !== undefined) {
    throw new InputError(
      message`the data differ and cannot be paired: ${
        counted(others.length, "example")
      } of ${shared.length} in ${a.file} and ${b.file} ${
        others.length === 1 ? "has" : "have"
      } other right answers or assertions, ${
        ofFile(others[0].example)
      } among them: compare evaluations of the same data`,
    );
  }
  const examples = shared.filter(({ a: [one], b: [other] }) => !differ(one?.question, other?.question));
  if (examples.length < LEAST_SHARED * Math.min(ofA.size, ofB.size)) {
    throw new InputError(
      `the data differ and cannot be paired: only ${examples.length} of the ${
        counted(ofA.size, "example")
      } in ${a.file} and ${ofB.size} in ${b.file} have the same id and the same text: compare evaluations of the same data`,
    );
  }
  return {
    examples,
    onlyInA: ofA.size - shared.length,
    onlyInB: ofB.size - shared.length,
    changed: shared.length - examples.length,
  };
}

/** Whether both are known and differ. */
function differ(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}

function byExample({ samples }: Evaluation): Map<string, Sample[]> {
  return Map.groupBy(samples, ({ example }) => example);
}

/**
 * A metric of an example: the mean over its repeats (https://arxiv.org/abs/2411.00640).
 *
 * @returns `undefined` where it does not have the metric, `null` where that of a repeat is not known
 */
export function scoreOfExample(samples: readonly Sample[], metric: string): number | null | undefined {
  const scores = samples.map(({ scores, hasFailed }) => {
    const score = scores.get(metric);
    return score === undefined && hasFailed ? null : score;
  });
  if (scores.includes(null)) return null;
  const known = scores.filter((score) => typeof score === "number");
  return known.length === 0 ? undefined : mean(known);
}
