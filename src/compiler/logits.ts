import type { ValueInfoProto } from "onnx-buf";
import type { Builder } from "./builder.ts";
import { type Dimension, product, sameDimension, sameShape, symbol } from "./dimension.ts";
import { isWordLookup } from "./embedding_layer.ts";
import { CompileError } from "./errors.ts";
import { everyToken } from "./every_token.ts";
import type { Value } from "./graph.ts";
import { declared } from "./import_inputs.ts";
import { isFloat } from "./ops/elementwise.ts";
import { scoresOf } from "./scores.ts";

const TOKENS: readonly Dimension[] = [symbol("batch"), symbol("sequence")];

/** How exporters call what we look for. */
const NAME = "logits";

/** A message lists no more outputs than these. */
const MOST_LISTED = 8;

/** The table of word embeddings: how many words, and the size of their vectors. */
interface WordTable {
  readonly rows: number;
  readonly size: Dimension;
}

/**
 * Finds the logits among a model's outputs: by their name, else by their shape. A head can have some words more or fewer than
 * the table of embeddings: padded to a multiple of 64, or without tokens that were added later.
 *
 * @param take imports what an output needs
 * @returns float32 [batch, sequence, vocabulary]: scores of words, of all tokens
 * @throws {CompileError} where no output has them, listing the outputs with their shapes
 */
export function findLogits(
  b: Builder,
  outputs: readonly ValueInfoProto[],
  take: (name: string) => Value,
): Value {
  const seen: { name: string; said: string }[] = [];
  const candidates: { value: Value; fits: number }[] = [];
  for (const output of byName(outputs)) {
    const { name } = output, { dims } = declared(output);
    if (dims !== undefined && dims.length > 3) {
      seen.push({ name, said: `[${dims.join(", ")}]` });
      continue;
    }
    let value: Value;
    try {
      value = take(name);
    } catch (error) {
      if (!(error instanceof CompileError) || name === NAME || outputs.length === 1) throw error;
      seen.push({ name, said: `(${error.message})` });
      continue;
    }
    const fits = fit(value, wordTable(b));
    if (fits === 0 || (fits !== undefined && name === NAME)) return ofAllTokens(b, value);
    if (fits !== undefined) candidates.push({ value, fits });
    seen.push({ name, said: described(value) });
  }
  const [best] = candidates.sort((one, other) => one.fits - other.fits);
  if (best !== undefined) return ofAllTokens(b, best.value);
  const table = wordTable(b),
    listed = seen.slice(0, MOST_LISTED).map(({ name, said }) => `'${name}' ${said}`);
  const more = seen.length > MOST_LISTED ? [`and ${seen.length - MOST_LISTED} more`] : [];
  throw new CompileError(
    `${b.source} gives no logits [batch, sequence, vocabulary]${
      table ? ` over its ${table.rows} words` : ""
    } but ${[...listed, ...more].join(", ")}: export it with its language-model head`,
  );
}

/** The outputs, those called logits first. */
function byName(outputs: readonly ValueInfoProto[]): ValueInfoProto[] {
  const rank = ({ name }: ValueInfoProto) => name === NAME ? 0 : name.includes(NAME) ? 1 : 2;
  return [...outputs].sort((a, b) => rank(a) - rank(b));
}

function wordTable({ nodes }: Builder): WordTable | undefined {
  const lookup = nodes.find(isWordLookup), [rows] = lookup?.inputs[0]?.shape ?? [];
  const size = lookup?.outputs[0]?.shape.at(-1);
  return typeof rows === "number" && size !== undefined ? { rows, size } : undefined;
}

/**
 * How well a value fits as logits, 0 best: over as many words as the table has, or over about as many (1 more); of all
 * tokens, or of one of each text (2 more); `undefined` where it is none.
 */
function fit({ type, shape }: Value, table: WordTable | undefined): number | undefined {
  const words = shape.at(-1), rows = product(shape.slice(0, -1));
  const ofAll = sameDimension(product(TOKENS), rows), ofOne = sameDimension(TOKENS[0]!, rows);
  if (!isFloat(type) || typeof words !== "number" || shape.length < 2 || !(ofAll || ofOne)) return undefined;
  const about = table === undefined ||
    words >= table.rows / 2 && words <= table.rows * 2 && words !== table.size;
  if (words !== table?.rows && !about) return undefined;
  return (words === table?.rows ? 0 : 1) + (ofAll ? 0 : 2);
}

/** The scores of words of every token. */
function ofAllTokens(b: Builder, value: Value): Value {
  const shape = [...TOKENS, value.shape.at(-1)!];
  const all = sameDimension(product(value.shape), product(shape)) ? value : everyToken(b, value);
  const logits = all && scoresOf(b, all);
  if (
    logits === undefined || ![shape, [product(TOKENS), shape[2]!]].some((one) => sameShape(one, logits.shape))
  ) {
    throw new CompileError(
      `${b.source} gives '${value.name}' ${
        described(value)
      }, the logits of one token of each text, and where it picks that token cannot be undone: export it with the logits of all tokens`,
    );
  }
  return b.reshape(logits, shape);
}

/** A value's type and shape, and what makes it where that gives no scores. */
function described({ type, shape, producer }: Value): string {
  const made = isFloat(type) || !producer ? "" : ` by ${producer.op}`;
  return `${type} [${shape.join(", ")}]${made}`;
}
