/** How long the rows of a batch are, of which the longest example has a number of tokens. */
export type RowLength = (longest: number) => number;

/** How long the rows of batches are. */
export interface BatchLengths {
  readonly texts: RowLength;
  readonly targets: RowLength;
}

/** As long as the longest example. */
export function asLongAsNeeded(longest: number): number {
  return longest;
}

/** What has a text's tokens, and those of an answer where that is a text. */
interface Tokens {
  readonly ids: readonly number[];
  readonly targetIds?: readonly number[];
}

/**
 * The lengths of batches in steps of some tokens, at most that of the longest of all examples, which the model has room for.
 *
 * @param step 1: as long as needed
 */
export function batchLengths(examples: readonly Tokens[], step: number): BatchLengths {
  const inSteps = (lengths: readonly number[]): RowLength => {
    const most = lengths.reduce((most, length) => Math.max(most, length), 0);
    return (longest) => Math.min(Math.ceil(longest / step) * step, most);
  };
  return {
    texts: inSteps(examples.map(({ ids }) => ids.length)),
    targets: inSteps(examples.map((one) => one.targetIds?.length ?? 0)),
  };
}
