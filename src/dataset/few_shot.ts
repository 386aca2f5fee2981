import { InputError } from "../base/errors.ts";
import { RandomStream } from "../base/random_stream.ts";
import type { AnyExample } from "./example.ts";

/**
 * Draws the training examples that stand in the prompt: of each class as many as of the others, of those that get one more the
 * first; where there are no classes, of all. They are in random order.
 *
 * @param count how many in all
 * @param classes the verbalizer's, in its order; `undefined` where there are none
 * @param seed the experiment's
 * @returns the drawn examples, and the others
 * @throws {InputError} where a class has fewer
 */
export function drawShown<One extends AnyExample>(
  train: readonly One[],
  count: number,
  classes: readonly string[] | undefined,
  seed: number,
): readonly [shown: One[], others: One[]] {
  const stream = new RandomStream(seed, "examples");
  const groups = classes?.map((name) => ({ name, of: train.filter(({ label }) => label === name) })) ??
    [{ name: undefined, of: train }];
  const drawn = groups.flatMap(({ name, of }, i) => {
    const wanted = Math.floor(count / groups.length) + (i < count % groups.length ? 1 : 0);
    if (of.length >= wanted) return stream.shuffled(of).slice(0, wanted);
    throw new InputError(
      `'prompt.examples: ${count}' takes ${wanted} training examples${
        name === undefined ? "" : ` of the class '${name}'`
      }, and there are ${of.length}: lower it`,
    );
  });
  const found = new Set(drawn);
  return [stream.shuffled(drawn), train.filter((one) => !found.has(one))];
}
