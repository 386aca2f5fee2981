import { InputError } from "../base/errors.ts";
import { RandomStream } from "../base/random_stream.ts";
import type { AnyExample, Example, Splits } from "./example.ts";

/** The chunk that the lab's TextCNN tests on, of ten contiguous chunks of each class's lines, counted from 0. */
const TEXTCNN_TEST_CHUNK = 2;

/** The split of the course lab's TextCNN: each class's lines in ten contiguous chunks, the third of which is the test set. */
export function splitLikeTextcnn(examples: readonly Example[]): Splits {
  const train: Example[] = [];
  const test: Example[] = [];
  for (const group of byClass(examples)) {
    const chunk = Math.ceil(group.length / 10);
    for (const [line, example] of group.entries()) {
      (Math.floor(line / chunk) === TEXTCNN_TEST_CHUNK ? test : train).push(example);
    }
  }
  return { train, validation: [], test };
}

/**
 * A split drawn at random within each class, by shares of all examples; where there are no classes, among all of them. A class of two examples or more has at least one in
 * the test set, and at least one outside it.
 */
export function splitByShares<One extends AnyExample>(
  examples: readonly One[],
  { test, validation, seed }: { test: number; validation: number; seed: number },
): Splits<One> {
  const [testing, rest] = draw(
    examples,
    ({ length }) => Math.min(Math.max(Math.round(length * test), 1), length - 1),
    new RandomStream(seed, "split/test"),
  );
  const [validating, train] = takeShare(
    rest,
    validation / (1 - test),
    new RandomStream(seed, "split/validation"),
  );
  return { train, validation: validating, test: testing };
}

/**
 * Draws a share of each class at random, never all of it; the examples keep their order.
 *
 * @returns the drawn examples, and the rest
 */
export function takeShare<One extends AnyExample>(
  examples: readonly One[],
  share: number,
  stream: RandomStream,
): [One[], One[]] {
  return draw(examples, ({ length }) => Math.min(Math.round(length * share), length - 1), stream);
}

/**
 * Draws the given number of examples of each class at random; where there are no classes, of all.
 *
 * @throws {InputError} where there are fewer
 */
export function takeShots<One extends AnyExample>(
  examples: readonly One[],
  shots: number,
  stream: RandomStream,
): One[] {
  const [drawn] = draw(examples, (group) => {
    if (group.length >= shots) return shots;
    const [one] = group;
    throw new InputError(
      `'dataset.shots: ${shots}' is more than the ${group.length} training examples${
        one?.label === undefined ? "" : ` of the class '${one.label}'`
      }`,
    );
  }, stream);
  return drawn;
}

function draw<One extends AnyExample>(
  examples: readonly One[],
  count: (group: readonly One[]) => number,
  stream: RandomStream,
): [One[], One[]] {
  const drawn = new Set(byClass(examples).flatMap((group) => stream.shuffled(group).slice(0, count(group))));
  return [examples.filter((one) => drawn.has(one)), examples.filter((one) => !drawn.has(one))];
}

/** The examples of each class, the classes in alphabetical order; where there are no classes, all of them. */
function byClass<One extends AnyExample>(examples: readonly One[]): One[][] {
  const groups = Map.groupBy(examples, ({ label = "" }) => label);
  return [...groups.keys()].sort().map((name) => groups.get(name)!);
}
