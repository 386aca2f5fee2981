import type { ValueInfoProto } from "onnx-buf";
import type { Builder } from "../ops/builder.ts";
import { type Dimension, product, sameShape, symbol } from "../graph/dimension.ts";
import { isWordLookup } from "../analysis/embedding_layer.ts";
import { CompileError } from "../graph/errors.ts";
import { everyToken } from "./every_token.ts";
import type { Value } from "../graph/graph.ts";
import { declared } from "./import_inputs.ts";
import { isFloat } from "../graph/element_types.ts";
import { scoresOf } from "./scores.ts";

const BATCH = symbol("batch");

/** The rows of logits: of the tokens that a model reads, … */
export const READ_ROWS: readonly Dimension[] = [BATCH, symbol("sequence")];
/** … and of those that a decoder of its own reads. */
export const DECODED_ROWS: readonly Dimension[] = [BATCH, symbol("target")];

/** The names of logits in exporters. */
const NAME = "logits";

/** A message lists no more outputs than these. */
const MOST_LISTED = 8;

/** The table of word embeddings: how many words, and the size of their vectors. */
interface WordTable {
  readonly rows: number;
  readonly size: Dimension;
}

/** A model's logits. */
export interface Logits {
  /** float32 [batch, sequence, vocabulary]: scores of words, of all tokens. */
  readonly scores: Value;
  /** Whether the file gives those of only one token of each text, usually the last. */
  readonly ofOneToken: boolean;
}

/** An output that can be the logits, and how badly it fits. */
interface Candidate extends Output {
  readonly value: Value;
  readonly misfit: number;
}

/** An output: its type and shape, or why they are unknown. */
interface Output {
  readonly name: string;
  readonly value?: Value;
  readonly description: string;
}

/**
 * Finds the logits among a model's outputs: by their name, else by their shape, where a single one fits best. A head can have
 * a few words more or fewer than the table of embeddings: padded to a multiple of 64, or without tokens that were added later.
 *
 * @param take imports what an output needs
 * @param rows of the logits of all tokens
 * @throws {CompileError} where no output has them, or several can be them, listing the outputs with their shapes
 */
export function findLogits(
  b: Builder,
  outputs: readonly ValueInfoProto[],
  take: (name: string) => Value,
  rows: readonly Dimension[],
): Logits {
  const seen: Output[] = [];
  const fitting: Candidate[] = [];
  for (const output of byName(outputs)) {
    const found = importOutput(output, take, outputs.length === 1);
    const { name, value } = found;
    seen.push(found);
    const misfit = value && misfitOf(value, wordTable(b), rows);
    if (value === undefined || misfit === undefined) continue;
    if (name === NAME) return ofAllTokens(b, value, rows);
    fitting.push({ ...found, value, misfit });
  }
  const least = Math.min(...fitting.map(({ misfit }) => misfit));
  const [best, ...others] = fitting.filter(({ misfit }) => misfit === least);
  if (best === undefined) throw noLogits(b, seen, rows);
  const isAnother = ({ value }: Candidate) =>
    value !== best.value && scoresOf(b, value) !== scoresOf(b, best.value);
  if (others.some(isAnother)) throw severalLogits(b, [best, ...others]);
  return ofAllTokens(b, best.value, rows);
}

/** The outputs, those called logits first. */
function byName(outputs: readonly ValueInfoProto[]): ValueInfoProto[] {
  const place = ({ name }: ValueInfoProto) => name === NAME ? 0 : name.includes(NAME) ? 1 : 2;
  return [...outputs].sort((a, b) => place(a) - place(b));
}

/** Imports an output, where its declared shape can be that of logits. */
function importOutput(output: ValueInfoProto, take: (name: string) => Value, isOnly: boolean): Output {
  const { name } = output;
  const { dims } = declared(output);
  if (dims !== undefined && dims.length > READ_ROWS.length + 1) {
    return { name, description: `[${dims.join(", ")}]` };
  }
  try {
    const value = take(name);
    return { name, value, description: described(value) };
  } catch (error) {
    if (!(error instanceof CompileError) || name === NAME || isOnly) throw error;
    return { name, description: `(${error.message})` };
  }
}

function wordTable({ nodes }: Builder): WordTable | undefined {
  const lookup = nodes.find(isWordLookup);
  const [rows] = lookup?.inputs[0]?.shape ?? [];
  const size = lookup?.outputs[0]?.shape.at(-1);
  return typeof rows === "number" && size !== undefined ? { rows, size } : undefined;
}

/**
 * How badly a value fits as logits: 1 where it is over another number of words than the table has, 2 where it is of one
 * token of each text and not of all; `undefined` where it cannot be the logits.
 */
function misfitOf(
  value: Value,
  table: WordTable | undefined,
  rows: readonly Dimension[],
): number | undefined {
  const words = value.shape.at(-1);
  const all = isOfAllTokens(value, rows);
  if (!isFloat(value.type) || typeof words !== "number" || !(all || isOfOneToken(value))) return undefined;
  const isSame = words === table?.rows;
  const isNear = table === undefined ||
    words >= table.rows / 2 && words <= table.rows * 2 && words !== table.size;
  return isSame || isNear ? (isSame ? 0 : 1) + (all ? 0 : 2) : undefined;
}

/** Whether a value is [batch, sequence, any], or the same with one row for each token. @param rows of all tokens */
function isOfAllTokens({ shape }: Value, rows: readonly Dimension[]): boolean {
  const own = shape.slice(0, -1);
  return sameShape(own, rows) || sameShape(own, [product(rows)]);
}

function isOfOneToken({ shape }: Value): boolean {
  const rows = shape.slice(0, -1);
  return sameShape(rows, [BATCH, 1]) || sameShape(rows, [BATCH]);
}

/** The scores of words of every token. */
function ofAllTokens(b: Builder, value: Value, rows: readonly Dimension[]): Logits {
  const ofOneToken = !isOfAllTokens(value, rows);
  const all = ofOneToken ? everyToken(b, value, rows[1]!) : value;
  if (all === undefined || !isOfAllTokens(all, rows)) {
    throw new CompileError(
      `${b.source} gives '${value.name}' ${
        described(value)
      }, the logits of one token of each text, and the choice of that token cannot be undone: export it with the logits of all tokens`,
    );
  }
  return { scores: b.reshape(scoresOf(b, all), [...rows, value.shape.at(-1)!]), ofOneToken };
}

function severalLogits({ source }: Builder, candidates: readonly Candidate[]): CompileError {
  return new CompileError(
    `${source} gives several outputs that can be its logits: ${
      listing(candidates)
    }: rename the one that prompts are tuned for to '${NAME}', or export the model without the others`,
  );
}

/** Outputs with their descriptions; only the first ones where there are many. */
function listing(outputs: readonly Output[]): string {
  const more = outputs.length - MOST_LISTED;
  const listed = outputs.slice(0, MOST_LISTED).map(({ name, description }) => `'${name}' ${description}`);
  return [...listed, ...(more > 0 ? [`and ${more} more`] : [])].join(", ");
}

function noLogits(b: Builder, seen: readonly Output[], rows: readonly Dimension[]): CompileError {
  const table = wordTable(b);
  const isHidden = ({ value }: Output) => value && table && sameShape(value.shape, [...rows, table.size]);
  const what = seen.some(isHidden)
    ? " (hidden states: it is a model without its head, or only the encoder of one such as T5, whose decoder belongs beside it, as decoder_model.onnx beside encoder_model.onnx)"
    : "";
  return new CompileError(
    `${b.source} gives no logits [batch, sequence, vocabulary]${
      table ? ` over its ${table.rows} words` : ""
    } but ${
      listing(seen)
    }${what}: export it with its language-model head, and the head's logits as an output`,
  );
}

/** A value's type and shape, and the operator that computes it where that gives no scores. */
function described({ type, shape, producer }: Value): string {
  const made = isFloat(type) || !producer ? "" : ` by ${producer.op}`;
  return `${type} [${shape.join(", ")}]${made}`;
}
