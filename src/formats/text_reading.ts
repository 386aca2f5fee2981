import { TEXTCNN_STEPS } from "../dataset/clean.ts";
import { type Clean, readText } from "../dataset/reading.ts";
import { InputError } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import type { Json } from "../model/special_tokens.ts";
import { Tokenizer } from "../model/tokenizer.ts";
import { continuing, preceded } from "../model/tokenizer_steps.ts";
import type { Encoded, TemplateEncoder } from "../prompt/encoding.ts";
import { frameOf, type Lead, leadOf, type TextFrame } from "../prompt/frame.ts";

/** A tokenizer that reads a text alone, and the frame around the text's tokens. */
export interface TextReading {
  /** The content of `tokenizer.json`. */
  readonly json: Json;
  readonly frame: TextFrame;
}

/** Texts of several tokens, with what `clean` deletes. */
const EDGES = ["it's", "2.5", "(x)", '"y"', "a b", "好 я", "-- a-b (c) 1.5% --"];

/** The number of vocabulary tokens tried as texts: a template's words may merge with some and not with others. */
const TOKENS = 4000;

/**
 * Finds a tokenizer that reads a text alone as a run reads it in its template: trimmed and cleaned, with the white space that
 * the template has before it. The model's own is taken where it does.
 *
 * @param tokenizer the content of the model's `tokenizer.json`
 * @param column the template's only column
 * @param texts to check it on, in addition to various samples; those that spell special tokens are skipped
 * @throws {InputError} where there is none, as the tokens around a text depend on it
 */
export function textReading(
  encoder: TemplateEncoder,
  tokenizer: Json,
  column: string,
  clean: Clean,
  texts: readonly string[],
): TextReading {
  const lead = leadOf(encoder);
  const trimmed: readonly Json[] = [{ type: "Strip", strip_left: true, strip_right: true }];
  const read = clean === "none" ? trimmed : [...trimmed, ...TEXTCNN_STEPS, ...trimmed];
  const blank: readonly Json[] = [{ type: "Prepend", prepend: lead }];
  const ways = [tokenizer, continuing(tokenizer)].flatMap((json) =>
    [
      { json, frame: "framed" },
      { json: preceded(json, read), frame: "framed" },
      { json: preceded(json, read), frame: "left-out" },
      { json: preceded(json, [...read, ...blank]), frame: "left-out" },
    ] satisfies { json: Json; frame: Lead }[]
  );
  const { tokenizer: own } = encoder;
  const ordinary = texts.filter((text) => !own.addedIn(text)?.special);
  const edges = EDGES.filter((text) => isReadable(encoder, column, text));
  const given = [...edges, ...ordinary].flatMap((text) => [text, ` ${text}\t\n`]);
  const samples = [...given, ...tokenTexts(encoder)].filter((text) => readText(text, clean) !== "");
  const expected = samples.map((text) => encoder.encode({ [column]: readText(text, clean) }));
  let farthest = 0;
  for (const way of ways) {
    const frame = frameOf(encoder, way.frame);
    const alone = Tokenizer.of(way.json, {});
    const differing = samples.findIndex((text, i) => !isFramed(expected[i]!, alone.encode(text), frame));
    if (differing < 0) return { json: way.json, frame };
    farthest = Math.max(farthest, differing);
  }
  const shown = samples[farthest]!;
  const added = own.addedIn(shown);
  throw new InputError(
    message`the template cannot be exported as words around a text: its tokens depend on the text, as "${
      ofFile(shown.trim())
    }" shows. ${
      added
        ? message`It spells '${
          ofFile(added.content)
        }', an added token at which the tokenizer splits texts first: classify such texts with softprompt, or leave them out of the run's data and run it again`
        : `Put a space or a line break between {${column}} and the words next to it`
    }`,
  );
}

/** Whether a made-up text has tokens: a tokenizer may have none for unknown words. */
function isReadable(encoder: TemplateEncoder, column: string, text: string): boolean {
  try {
    encoder.tokensOf({ [column]: text });
    return true;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return false;
  }
}

/** Tokens of the vocabulary as texts, evenly drawn. */
function tokenTexts({ tokenizer }: TemplateEncoder): string[] {
  const every = Math.ceil(tokenizer.size / TOKENS);
  const texts: string[] = [];
  for (let id = 0; id < Math.min(tokenizer.size, tokenizer.model.rows); id += every) {
    const text = tokenizer.isSpecial(id) ? "" : tokenizer.textOf(id);
    // Some of a character's bytes are not text.
    if (!text.includes("\ufffd")) texts.push(text);
  }
  return texts;
}

/** Whether an encoded example is a frame around a text's tokens. */
function isFramed(
  { ids, answerRow, truncated }: Encoded,
  text: readonly number[],
  frame: TextFrame,
): boolean {
  const { before, after, answerRow: answer } = frame;
  const end = before.ids.length + text.length;
  const row = answer === undefined ? end - 1 : answer.side === "before" ? answer.at : end + answer.at;
  return truncated > 0 || row === answerRow && [...before.ids, ...text, ...after.ids].join() === ids.join();
}
