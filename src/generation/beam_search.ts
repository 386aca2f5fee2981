import type { Continuation, NextLogits } from "./continuation.ts";
import {
  allForbidden,
  type BeamRules,
  BrokenLogits,
  checkDecoding,
  type Decoding,
  type EndedBy,
  endOf,
  finishedText,
  forcedIds,
  type GeneratedText,
  ruledScores,
} from "./decoding.ts";
import { logitsOf, mostProbableOf, type ProbableToken } from "./probable_tokens.ts";

/** The beginning of a text that may become the best. */
interface Beam {
  /** The row of the continuation that its last token was added to, or is. */
  readonly row: number;
  readonly ids: readonly number[];
  /** Those of its tokens, as the model has them. */
  readonly logProbabilities: readonly number[];
  /** The sum of its tokens' log-probabilities, as rules have changed them. */
  readonly score: number;
}

/** A text that has ended, with its log-probability over a power of its length. */
interface FinishedBeam {
  readonly ids: readonly number[];
  readonly logProbabilities: readonly number[];
  readonly endedBy: EndedBy;
  readonly score: number;
}

/** The search for the best continuation of a text. */
interface Search {
  /** The index of the text. */
  readonly text: number;
  /** The best first; none where the search is over. */
  beams: readonly Beam[];
  /** The best first; at most as many as beams. */
  finished: readonly FinishedBeam[];
}

/** As transformers has it where a model asks for nothing: a text's score is its mean log-probability over tokens. */
const PLAIN: BeamRules = { lengthPenalty: 1, earlyStopping: false };

/**
 * Continues texts by beam search: transformers' `generate` with `num_beams`. A search ends once its best beam's score is no better than the
 * worst of as many finished texts as there are beams, or as `early_stopping` says. Sums are taken in float64 (in transformers, in float32). Searches that are over are left out of the
 * rows, and so are beams that cannot go on, where all their tokens end in a stop string (transformers goes on with a score of -1e9).
 *
 * The rows of the continuation are reordered before each token: at first from one for each text to one for each beam.
 *
 * @param beams the number of beams of each text
 * @returns the best text of each row of the continuation, in their order
 * @throws {BrokenLogits} where no token is the most probable
 * @throws {InputError} where rules forbid every token
 */
export async function beamSearch(
  continuation: Continuation,
  beams: number,
  decoding: Decoding,
): Promise<GeneratedText[]> {
  checkDecoding(decoding);
  if (!Number.isInteger(beams) || beams < 1) {
    throw new RangeError(`the number of beams must be a whole number from 1 (${beams})`);
  }
  let logits = continuation.first;
  const searches = Array.from({ length: logits.data.length / logits.vocabulary }, (_, text): Search => ({
    text,
    beams: [{ row: text, ids: [], logProbabilities: [], score: 0 }],
    finished: [],
  }));
  const texts: GeneratedText[] = [];
  while (true) {
    decoding.signal?.throwIfAborted();
    for (const search of searches) {
      if (search.beams.length === 0) continue;
      advance(search, logits, beams, decoding);
      if (search.beams.length === 0) texts[search.text] = handOut(search, decoding);
    }
    const going = searches.flatMap((search) => search.beams);
    if (going.length === 0) break;
    await continuation.reorder(going.map(({ row }) => row));
    logits = await continuation.next(going.flatMap(({ ids }) => ids.slice(-1)));
    let row = 0;
    for (const search of searches) search.beams = search.beams.map((beam) => ({ ...beam, row: row++ }));
  }
  return texts;
}

/** Adds a token to the beams of a search. */
function advance(search: Search, logits: NextLogits, beams: number, decoding: Decoding): void {
  // Enough for every beam to go on, even if each ends in every way that one token can.
  const count = Math.max(2, 1 + decoding.endIds.length) * beams;
  const candidates = search.beams.flatMap((beam) =>
    nextTokens(search, beam, logits, count, decoding).map(({ id, score, logProbability }): Beam => ({
      row: beam.row,
      ids: [...beam.ids, id],
      logProbabilities: [...beam.logProbabilities, logProbability],
      score: beam.score + score,
    }))
  ).sort((a, b) => b.score - a.score).slice(0, count);
  const { lengthPenalty } = decoding.beamRules ?? PLAIN;
  const going: Beam[] = [];
  const finished = [...search.finished];
  for (const [rank, candidate] of candidates.entries()) {
    if (rank >= beams && going.length === beams) break;
    const endedBy = endOf(candidate.ids, decoding);
    if (endedBy === undefined) going.push(candidate);
    else if (rank < beams) {
      const { ids, logProbabilities, score } = candidate;
      finished.push({ ids, logProbabilities, endedBy, score: score / ids.length ** lengthPenalty });
    }
  }
  search.finished = finished.sort((a, b) => b.score - a.score).slice(0, beams);
  search.beams = canImprove(going, search.finished, beams, decoding) ? going.slice(0, beams) : [];
}

/** The most probable tokens after a beam, or those that are forced. */
function nextTokens(
  { text }: Search,
  { row, ids }: Beam,
  logits: NextLogits,
  count: number,
  decoding: Decoding,
): readonly ProbableToken[] {
  const forced = forcedIds(ids.length, decoding);
  if (forced !== undefined) return forced.map((id) => ({ id, score: 0, logProbability: 0 }));
  const adjust = decoding.rules && ((scores: Float32Array) => ruledScores(scores, text, ids, decoding));
  const found = mostProbableOf(logitsOf(logits, row), count, adjust);
  if (found === undefined) throw new BrokenLogits(text, ids.length);
  return found;
}

/** Whether a beam may still become better than a finished text that counts, as transformers estimates it. */
function canImprove(
  going: readonly Beam[],
  finished: readonly FinishedBeam[],
  beams: number,
  { maxTokens, beamRules: { lengthPenalty, earlyStopping } = PLAIN }: Decoding,
): boolean {
  const [first] = going;
  const worst = finished[beams - 1];
  if (first === undefined) return false;
  if (worst === undefined) return true;
  if (earlyStopping === true) return false;
  const length = earlyStopping === "never" && lengthPenalty > 0 ? maxTokens : first.ids.length;
  return first.score / length ** lengthPenalty > worst.score;
}

/** The best text of a search that is over, in one piece. */
function handOut({ text: row, finished: [best] }: Search, decoding: Decoding): GeneratedText {
  if (best === undefined) throw allForbidden(row);
  const { ids, logProbabilities } = best;
  const generated = finishedText(ids, best.endedBy, decoding);
  decoding.onPiece?.({ row, ids, logProbabilities, text: generated.text, isLast: true });
  return generated;
}
