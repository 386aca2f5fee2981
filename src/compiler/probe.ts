import type { Constant, Value } from "./graph.ts";
import { Interpreter, numberArray } from "./interpreter.ts";

/** The texts that a graph is looked through with: no padding, and no token that a graph could treat in a way of its own. */
export interface Probe {
  readonly batch: number;
  readonly sequence: number;
  /** What `position_ids` is fed; 0, 1, 2, … where it is not given. */
  readonly position?: (text: number, at: number) => number;
  /** Whether zeros stand for a value. */
  readonly isZero?: (value: Value) => boolean;
  /** The bytes of a constant that lie in a file of their own. */
  readonly read?: ((constant: Constant) => Uint8Array | undefined) | undefined;
}

/** Ids beyond every vocabulary: a graph compares ids with its special tokens, which these are not. */
const FIRST_ID = 100_000_007, BETWEEN_IDS = 13;

/** An interpreter of a graph on made-up texts. */
export function interpreterOf(probe: Probe): Interpreter {
  const { batch, sequence, position = (_, at) => at, isZero, read } = probe, dims = [batch, sequence];
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
      input_ids: perToken((text, at) => FIRST_ID + BETWEEN_IDS * (text * sequence + at)),
      attention_mask: perToken(() => 1),
      position_ids: perToken(position),
    },
    ...(isZero && { isZero }),
    ...(read && { read }),
  });
}
