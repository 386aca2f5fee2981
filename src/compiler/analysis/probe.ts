import type { Constant, Value } from "../graph/graph.ts";
import { Interpreter } from "./interpreter.ts";
import { computedArray } from "./number_array.ts";

/** The synthetic texts on which a graph is probed: they have no padding. */
export interface Probe {
  readonly batch: number;
  readonly sequence: number;
  /** The length of targets, where a decoder reads them; 1 where not given. */
  readonly target?: number;
  /** The tokens' ids, cyclically, in place of ids that no graph knows. */
  readonly ids?: readonly number[];
  /** The `position_ids`; 0, 1, 2, … by default. */
  readonly position?: (text: number, at: number) => number;
  /** Whether a value is replaced by zeros. */
  readonly isZero?: (value: Value) => boolean;
  /** The bytes of a constant that are in a separate file. */
  readonly read?: ((constant: Constant) => Uint8Array | undefined) | undefined;
}

/** The first id beyond every vocabulary: graphs compare ids with their special tokens, and such an id is none of them. */
export const PLAIN_ID = 100_000_007;
const BETWEEN_IDS = 13;

/** An interpreter of a graph on synthetic texts. */
export function interpreterOf(probe: Probe): Interpreter {
  const { batch, sequence, target = 1, ids, position = (_, at) => at, isZero, read } = probe;
  const dims = [batch, sequence];
  const perToken = (item: (text: number, at: number) => number) =>
    computedArray(dims, (i) => item(Math.floor(i / sequence), i % sequence));
  return new Interpreter({
    symbols: { batch, sequence, target },
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
