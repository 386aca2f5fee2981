import type { Mutation } from "./mutate.ts";

/** One kind of file that is read from others, and what must become of its damaged copies. */
export interface Target {
  /** Sound files, by their names. */
  seeds(): Promise<ReadonlyMap<string, Uint8Array>>;
  /** A damaged copy, always the same one for the same seed. @param name of the sound file */
  mutate(bytes: Uint8Array, seed: number, name: string): Mutation;
  /**
   * Reads a file as the product does.
   *
   * @param name of the sound file that it was made from
   * @returns what came of it, in a word or two, for the counts
   * @throws on a wrong acceptance, and what the product throws
   */
  run(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<string>;
  /** The classes of the errors that refuse a file. */
  readonly refusals: readonly (abstract new (...args: never[]) => Error)[];
}

/** What came of one damaged copy. */
export interface Outcome {
  /** The name of the sound file, and what was done to it. */
  readonly what: string;
  /** In a word or two: what it gives, or the class of the error that refuses it. */
  readonly result: string;
  /** The error, where it is none that refuses a file. */
  readonly fault?: string;
}

/** Reads the damaged copy of this number. */
export async function runCase(
  target: Target,
  seeds: ReadonlyMap<string, Uint8Array>,
  number: number,
): Promise<Outcome> {
  const [name, bytes] = [...seeds][number % seeds.size]!;
  const mutation = target.mutate(bytes, number, name);
  const what = `${name}: ${mutation.what}`;
  try {
    return { what, result: await target.run(mutation.bytes, name) };
  } catch (error) {
    if (target.refusals.some((refusal) => error instanceof refusal)) {
      return { what, result: (error as Error).name };
    }
    return {
      what,
      result: "fault",
      fault: error instanceof Error ? error.stack ?? error.message : String(error),
    };
  }
}
