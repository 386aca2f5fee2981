import type { Constant, Value } from "../graph/graph.ts";
import { Interpreter } from "./interpreter.ts";
import { numberArray } from "./number_array.ts";

/** The texts that a graph is looked through with: they have no padding. */
export interface Probe {
  readonly batch: number;
  readonly sequence: number;
  /** Ids that the tokens have in turn, in place of ids that no graph knows. */
  readonly ids?: readonly number[];
  /** What `position_ids` is fed; 0, 1, 2, … where it is not given. */
  readonly position?: (text: number, at: number) => number;
  /** Whether zeros stand for a value. */
  readonly isZero?: (value: Value) => boolean;
  /** The bytes of a constant that lie in a file of their own. */
  readonly read?: ((constant: Constant) => Uint8Array | undefined) | undefined;
}

/** The first of ids beyond every vocabulary: a graph compares ids with its special tokens, which these are not. */
export const PLAIN_ID = 100_000_007;
const BETWEEN_IDS = 13;

/** An interpreter of a graph on made-up texts. */
export function interpreterOf(probe: Probe): Interpreter {
  const { batch, sequence, ids, position = (_, at) => at, isZero, read } = probe;
  const dims = [batch, sequence];
  const perToken = (item: (text: number, at: number) => number) =>
    numberArray(
      dims,
      Float64Array.from(
        { length: batch * sequence },
        (_, i) => item(Math.floor(i / sequence), i % sequence),
      ),
    );
  return new Interpreter({
    symbols: { batch, sequence },
    inputs: {
      input_ids: perToken((text, at) => {
        const i = text * sequence + at;
        return ids ? ids[i % ids.length]! : PLAIN_ID + BETWEEN_IDS * i;
      }),
      attention_mask: perToken(() => 1),
      position_ids: perToken(position),
    },
    ...(isZero && { isZero }),
    ...(read && { read }),
  });
}
