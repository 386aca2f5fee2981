import { type Feeds, int64Tensor, type Tensor } from "../device/device.ts";
import { tensorNamed } from "../device/tensor_data.ts";
import type { Continuation, NextLogits } from "../generation/continuation.ts";
import { decoderFeeds, encode, NEXT_LOGITS, readLogits, type TextBatch, textFeeds } from "./begin.ts";
import type { CacheSession, GenerationSessions } from "./generation_sessions.ts";
import { nextPosition } from "./read_again.ts";
import { type DeviceTensors, freeAll, isSame } from "./row_chooser.ts";
import type { StartedContinuation } from "./started_continuation.ts";
import { TextStates } from "./text_states.ts";

/** The encoder's hidden states for a file that takes them. */
const CONTINUED_HIDDEN_STATES = "continued_hidden_states";

/** A row that is continued. */
interface CachedRow {
  /** The index of its text. */
  readonly text: number;
  /** The number of its text's tokens that the states hold, before padding up to the longest; of an encoder-decoder, the decoder's. */
  readonly length: number;
  /** The position of its next token. */
  readonly position: number;
}

/**
 * Whether a model's own file continues these texts as the compiled graph begins them: a file without the input `position_ids` counts
 * tokens, the prompt's among them.
 */
export function canContinue({ cache }: CacheSession, { texts, startIds }: TextBatch): boolean {
  return startIds.length > 0 || cache.inputs.has("position_ids") ||
    texts.every(({ positions, ids }) =>
      positions.every((position, i) => position === positions[0]! + i) && ids.length > 0
    );
}

/** Whether texts of several lengths can be continued together: else the file would read the padding after shorter ones, or count it. */
export function continuesPadded({ cache }: CacheSession): boolean {
  return cache.inputs.has("attention_mask") && cache.inputs.has("position_ids");
}

/** Continues texts by the model's own file, which reads one token of each row and what is kept of those before. */
export async function continueWithCache(
  sessions: GenerationSessions,
  cached: CacheSession,
  batch: TextBatch,
): Promise<StartedContinuation> {
  const { encoder, next } = sessions;
  const { texts, startIds } = batch;
  const lengths = texts.map(({ ids }) => ids.length);
  using begun = new DisposableStack();
  const hidden = await encode(sessions, batch);
  begun.defer(() => freeAll(hidden));
  const outputs = await next.run(
    encoder === undefined ? textFeeds(texts, batch) : {
      ...hidden,
      ...decoderFeeds(texts.map(() => startIds)),
      attention_mask: new TextStates({}, lengths, undefined).mask([...texts.keys()]),
    },
  );
  begun.defer(() => freeAll(outputs));
  const first = await readLogits(outputs, NEXT_LOGITS);
  const isOfTexts = (name: string) => name === CONTINUED_HIDDEN_STATES || cached.cache.staying.has(name);
  const isOfRows = (name: string) =>
    cached.cache.states.some(({ past }) => past === name) && !isOfTexts(name);
  const made = { ...hidden, ...outputs };
  const [ofTexts, ofRows] = [isOfTexts, isOfRows].map((isWanted) =>
    Object.fromEntries(Object.entries(made).filter(([name]) => isWanted(name)))
  );
  begun.move();
  freeAll(Object.fromEntries(Object.entries(made).filter(([name]) => !isOfTexts(name) && !isOfRows(name))));
  const rows = texts.map((text, i): CachedRow =>
    encoder === undefined
      ? { text: i, length: text.ids.length, position: nextPosition(text) }
      : { text: i, length: startIds.length, position: startIds.length }
  );
  const states = new TextStates(ofTexts!, lengths, cached.chooseTexts);
  const continuation = new ContinuationWithCache(cached, states, ofRows!, rows, first);
  return { continuation, free: () => continuation.free() };
}

class ContinuationWithCache implements Continuation {
  /** The number of tokens that the states hold of each row at the start, with padding, … */
  private readonly start: number;
  /** … and now. */
  private past: number;

  constructor(
    private readonly cached: CacheSession,
    private readonly ofTexts: TextStates,
    private states: DeviceTensors,
    private rows: readonly CachedRow[],
    readonly first: NextLogits,
  ) {
    this.start = Math.max(...rows.map(({ length }) => length));
    this.past = this.start;
  }

  async next(ids: readonly number[]): Promise<NextLogits> {
    const { cache, session } = this.cached;
    const own = this.rows.map(({ text }) => text);
    const outputs = await session.run({
      ...this.tokenFeeds(ids),
      encoder_attention_mask: this.ofTexts.mask(own),
      ...await this.fedOfTexts(own),
      ...this.states,
    });
    const { states, rest } = this.split(outputs);
    freeAll(this.states);
    this.states = states;
    const logits = await readLogits(outputs, cache.logits);
    freeAll(rest);
    this.past++;
    this.rows = this.rows.map((row) => ({ ...row, position: row.position + 1 }));
    return logits;
  }

  async reorder(rows: readonly number[]): Promise<void> {
    if (isSame(rows, this.rows.length)) return;
    const { chooseStates } = this.cached;
    if (chooseStates !== undefined) {
      const before = this.states;
      this.states = await chooseStates.choose(before, rows);
      freeAll(before);
    }
    this.rows = rows.map((row) => this.rows[row]!);
  }

  /** Of what a run gives, the states' next values by the names of the inputs that take them, and the rest. */
  private split(outputs: DeviceTensors): { readonly states: DeviceTensors; readonly rest: DeviceTensors } {
    const { states, staying } = this.cached.cache;
    const moving = states.flatMap(({ past, present }) =>
      present === undefined || staying.has(past) ? [] : [{ past, present }]
    );
    const names = new Set(moving.map(({ present }) => present));
    return {
      states: Object.fromEntries(moving.map(({ past, present }) => [past, tensorNamed(outputs, present)])),
      rest: Object.fromEntries(Object.entries(outputs).filter(([name]) => !names.has(name))),
    };
  }

  free(): void {
    freeAll(this.states);
    this.states = {};
    this.ofTexts.free();
  }

  /** The inputs for tokens, by all names that files have for them. */
  private tokenFeeds(ids: readonly number[]): Feeds {
    const { rows, start, past, cached: { cache: { inputs } } } = this;
    const input_ids = int64Tensor(ids, [rows.length, 1]);
    const position_ids = int64Tensor(rows.map(({ position }) => position), [rows.length, 1]);
    const attention_mask = int64Tensor(
      rows.flatMap(({ length }) =>
        Array.from({ length: past + 1 }, (_, i) => Number(i < length || i >= start))
      ),
      [rows.length, past + 1],
    );
    const single = (name: string) => Array.from({ length: inputs.get(name) ?? 0 }, () => 1);
    const isCached: Tensor = { type: "bool", dims: single("use_cache_branch"), data: Uint8Array.of(1) };
    const all = (name: string) => int64Tensor([0], single(name));
    return {
      input_ids,
      decoder_input_ids: input_ids,
      position_ids,
      decoder_position_ids: position_ids,
      attention_mask,
      decoder_attention_mask: attention_mask,
      cache_position: int64Tensor([past], [1]),
      use_cache_branch: isCached,
      num_logits_to_keep: all("num_logits_to_keep"),
      logits_to_keep: all("logits_to_keep"),
    };
  }

  private async fedOfTexts(texts: readonly number[]): Promise<Feeds> {
    const { continued_hidden_states: hidden, ...staying } = await this.ofTexts.of(texts);
    return { ...staying, ...(hidden && { encoder_hidden_states: hidden }) };
  }
}
