import { beamSearch } from "./beam_search.ts";
import type { Continuation } from "./continuation.ts";
import type { Decoding, GeneratedText } from "./decoding.ts";
import { greedy } from "./greedy.ts";

/**
 * Continues texts: greedily with one beam, else by beam search.
 *
 * @returns the texts in the order of the continuation's rows
 * @throws {BrokenLogits} where no token is the most probable
 */
export function generate(
  continuation: Continuation,
  { beams, ...decoding }: Decoding & { readonly beams: number },
): Promise<GeneratedText[]> {
  return beams === 1 ? greedy(continuation, decoding) : beamSearch(continuation, beams, decoding);
}
