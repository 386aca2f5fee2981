import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import type { Continuation, NextLogits } from "../../src/generation/continuation.ts";
import { InputError } from "../../src/base/errors.ts";
import { BrokenLogits, type TextPiece } from "../../src/generation/decoding.ts";
import { generate } from "../../src/generation/generate.ts";
import { CachedTable, type GenerationCase, GENERATIONS, letters, startCase } from "./table_model.ts";

const decodingOf = (one: GenerationCase) => ({
  beams: one.beams,
  maxTokens: one.max_tokens,
  endIds: one.end_ids,
  stop: one.stop.map(letters),
  decode: letters,
  ...(one.forced_first_id !== null && { forcedFirstId: one.forced_first_id }),
  ...(one.forced_last_ids !== null && { forcedLastIds: one.forced_last_ids }),
  ...(one.start_id !== null && { startIds: [one.start_id] }),
  ...(one.rules && rulesOf(one.rules)),
});

function rulesOf(asked: NonNullable<GenerationCase["rules"]>) {
  const { repetition_penalty, no_repeat_ngram_size, bad_words_ids, suppress_tokens, begin_suppress_tokens } =
    asked;
  const { min_length, min_new_tokens, length_penalty = 1, early_stopping = false } = asked;
  const least = min_new_tokens ?? (min_length ?? 1) - 1;
  return {
    beamRules: { lengthPenalty: length_penalty, earlyStopping: early_stopping },
    rules: {
      ...(repetition_penalty !== undefined && { repetitionPenalty: repetition_penalty }),
      ...(no_repeat_ngram_size !== undefined && { noRepeatNgramSize: no_repeat_ngram_size }),
      ...(bad_words_ids && { badWords: bad_words_ids }),
      ...(suppress_tokens && { suppressed: suppress_tokens }),
      ...(begin_suppress_tokens && { suppressedFirst: begin_suppress_tokens }),
      minTokens: () => least,
    },
  };
}

const nameOf = ({ ids: _, ...one }: GenerationCase) => JSON.stringify(one);

Deno.test("the ids are those of transformers' generate: greedy and beams, end tokens, forced tokens, stops, rules", async () => {
  for (const one of GENERATIONS.cases) {
    const found = await generate(await startCase(one), decodingOf(one));
    assertEquals(found.map(({ ids }) => ids), one.ids, nameOf(one));
  }
});

Deno.test("with a cache that is reordered, and for each text alone, the texts are the same", async () => {
  for (const one of GENERATIONS.cases) {
    const table = GENERATIONS.tables[one.table]!;
    const startIds = one.start_id === null ? [] : [one.start_id];
    const together = await generate(
      await CachedTable.start(table, [3, 1, 0, 2, 1], startIds),
      decodingOf(one),
    );
    assertEquals(together.map(({ ids }) => ids), [3, 1, 0, 2, 1].map((text) => one.ids[text]!), nameOf(one));
    const alone = await generate(await CachedTable.start(table, [2], startIds), decodingOf(one));
    assertEquals(alone[0]!.ids, one.ids[2]!, nameOf(one));
  }
});

Deno.test("a text is cut before its stop string, and says why it ended", async () => {
  const one = GENERATIONS.cases.find(({ stop, beams }) => stop.length > 0 && beams === 3)!;
  const found = await generate(await startCase(one), decodingOf(one));
  for (const [i, { ids, text, endedBy }] of found.entries()) {
    assertEquals(ids, one.ids[i]);
    const whole = letters(ids);
    const end = one.stop.find((stop) => whole.endsWith(letters(stop)));
    if (end !== undefined) assertEquals([text, endedBy], [whole.slice(0, -end.length), "stop string"]);
    else if (ids.at(-1) === 1) assertEquals([text, endedBy], [whole.slice(0, -1), "end token"]);
    else assertEquals([text, endedBy, ids.length], [whole, "length", one.max_tokens]);
  }
});

/** Continues every text by the same tokens. */
function script(ids: readonly number[], vocabulary = 8): Continuation {
  let step = 0;
  const logits = (rows: number): NextLogits => {
    const data = new Float32Array(rows * vocabulary);
    for (let row = 0; row < rows; row++) data[row * vocabulary + ids[step]!] = 9;
    step++;
    return { data, vocabulary };
  };
  return {
    first: logits(1),
    next: (given) => Promise.resolve(logits(given.length)),
    reorder: () => Promise.resolve(),
  };
}

/** Tokens of several characters; 6 is the first byte of é, and 0 the second. */
const SPELLED = ["", "Yes", " it", " is\n", "\nQ", ": no", "\ufffd", " end"];
const spelled = (ids: readonly number[]) =>
  ids.map((id) => SPELLED[id]).join("").replaceAll(/\ufffd(?!$)/g, "é");

Deno.test("a stop string that spans tokens and ends within one is found where it begins", async () => {
  for (
    const [stop, text, tokens] of [
      [["\n\nQ:"], "Yes it is", 5],
      [["s\n\n"], "Yes it i", 4],
      [["Q", "\n\n"], "Yes it is", 4],
      [["t"], "Yes i", 2],
      [["Yes"], "", 1],
      [["never"], "Yes it is\n\nQ: no end", 6],
    ] as const
  ) {
    for (const beams of [1, 2]) {
      const [found] = await generate(script([1, 2, 3, 4, 5, 7, 7]), {
        beams,
        maxTokens: 6,
        endIds: [],
        stop,
        decode: spelled,
      });
      if (beams === 1) assertEquals([found!.text, found!.ids.length], [text, tokens], stop.join());
      assertEquals(stop.some((one) => found!.text.includes(one)), false);
    }
  }
});

Deno.test("the pieces of a text make it up, and nothing that is taken back is handed out", async () => {
  const pieces: TextPiece[] = [];
  const decoding = { maxTokens: 9, endIds: [7], stop: ["\n\nQ:"], decode: spelled };
  const [found] = await generate(script([1, 2, 6, 0, 3, 4, 5]), {
    ...decoding,
    beams: 1,
    onPiece: (piece) => pieces.push(piece),
  });
  assertEquals(found!.text, "Yes ité is");
  assertEquals(pieces.map(({ text }) => text).join(""), found!.text);
  assertEquals(pieces.flatMap(({ ids }) => ids), found!.ids);
  assertEquals(pieces.map(({ isLast }) => isLast), [false, false, false, false, false, false, true]);
  assert(pieces.slice(0, -1).some(({ text }) => text !== ""));
  assert(pieces.every(({ text }) => !text.includes("\ufffd")));
});

Deno.test("pieces of many texts, greedy and with beams, make them up", async () => {
  for (const one of GENERATIONS.cases) {
    const texts = GENERATIONS.cases[0]!.ids.map(() => "");
    const lasts: number[] = [];
    const found = await generate(await startCase(one), {
      ...decodingOf(one),
      onPiece: ({ row, text, isLast }) => {
        texts[row] += text;
        if (isLast) lasts.push(row);
      },
    });
    assertEquals(texts, found.map(({ text }) => text), nameOf(one));
    assertEquals(lasts.toSorted(), [0, 1, 2, 3]);
  }
});

Deno.test("rows that have ended are left out once they are half, and beams start from one row for each text", async () => {
  const one = GENERATIONS.cases.find(({ table, beams, ids }) =>
    table === "steep" && beams === 1 && ids.some(({ length }) => length < 3) &&
    ids.some(({ length }) => length > 8)
  )!;
  const greedy = await CachedTable.start(GENERATIONS.tables[one.table]!, [0, 1, 2, 3]);
  await generate(greedy, { ...decodingOf(one), beams: 1 });
  const rows = greedy.calls.flatMap(({ next }) => next?.length ?? []);
  assertEquals([...new Set(rows)], [4, 2], "two texts end early");
  const beams = await CachedTable.start(GENERATIONS.tables[one.table]!, [0, 1]);
  await generate(beams, { ...decodingOf(one), beams: 3 });
  assertEquals(beams.calls[0]!.reorder, [0, 0, 0, 1, 1, 1]);
});

Deno.test("generation ends where it is asked to, and where logits are not numbers", async () => {
  const decoding = { maxTokens: 5, endIds: [], stop: [], decode: letters };
  for (const beams of [1, 2]) {
    const controller = new AbortController();
    const aborted = script([1, 1, 1, 1, 1]);
    const next = aborted.next.bind(aborted);
    aborted.next = (ids) => {
      controller.abort(new Error("enough"));
      return next(ids);
    };
    await assertRejects(
      () => generate(aborted, { ...decoding, beams, signal: controller.signal }),
      Error,
      "enough",
    );
    for (const value of [NaN, Infinity, -Infinity]) {
      const data = new Float32Array(8);
      if (value === -Infinity) data.fill(value, 4);
      else data[5] = value;
      const first = { data, vocabulary: 4 };
      const continuation = { ...script([1, 1, 1, 1, 1, 1]), first };
      await assertRejects(() => generate(continuation, { ...decoding, beams }), BrokenLogits, "after text 2");
    }
  }
});

Deno.test("rules that forbid every token are refused", async () => {
  const rules = { suppressed: Array.from({ length: 100 }, (_, id) => id) };
  for (const beams of [1, 2]) {
    const decoding = { maxTokens: 5, endIds: [], stop: [], decode: letters, beams, rules };
    await assertRejects(
      () => generate(script([1, 1, 1, 1, 1]), decoding),
      InputError,
      "forbid every token after text 1",
    );
  }
});

Deno.test("settings that make no sense are refused", async () => {
  const decoding = { maxTokens: 5, endIds: [], stop: [], decode: letters, beams: 1 };
  for (const wrong of [{ maxTokens: 0 }, { beams: 0 }, { beams: 1.5 }, { stop: [""] }]) {
    await assertRejects(() => generate(script([1]), { ...decoding, ...wrong }), RangeError);
  }
});

Deno.test("pieces have the log-probabilities of their tokens, which are 0 where tokens are forced", async () => {
  for (const one of GENERATIONS.cases) {
    const table = GENERATIONS.tables[one.table]!;
    const found = new Map<number, number[]>();
    const texts = await generate(await startCase(one), {
      ...decodingOf(one),
      onPiece: ({ row, logProbabilities }) => found.set(row, [...found.get(row) ?? [], ...logProbabilities]),
    });
    for (const [text, { ids }] of texts.entries()) {
      const expected = ids.map((id, i) => {
        const isForced = i === 0 && one.forced_first_id !== null ||
          i === one.max_tokens - 1 && one.forced_last_ids !== null;
        if (isForced) return 0;
        const before = [...(one.start_id === null ? [] : [one.start_id]), ...ids.slice(0, i)];
        const { vocabulary } = GENERATIONS;
        const [last = 0, second = 0] = [...before].reverse();
        const logits = Array.from(
          { length: vocabulary },
          (_, next) =>
            (table.last[(text * vocabulary + last) * vocabulary + next]! +
              table.before[second * vocabulary + next]!) / 1000,
        );
        return Math.log(Math.exp(logits[id]!) / logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
      });
      assertEquals(found.get(text)!.length, ids.length, nameOf(one));
      for (const [i, value] of expected.entries()) {
        assertAlmostEquals(found.get(text)![i]!, value, 1e-5, nameOf(one));
      }
    }
  }
});
