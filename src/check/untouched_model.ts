import type { InferenceSession, Tensor as OrtTensor, TensorConstructor } from "onnxruntime-common";

/** A text as a model's own file takes it. */
export interface PlainText {
  readonly ids: readonly number[];
  /** The `position_ids`, for a file that takes them. */
  readonly positions: readonly number[];
  /** The position whose logits are the answer. */
  readonly answerRow: number;
}

/** The values of the file's inputs that do not depend on the text. */
export interface PlainFeeding {
  readonly padId: number;
  /** The `position_ids` of padding, for a file that takes them. */
  readonly firstPosition: number;
  /** The number of words that the logits are over. */
  readonly words: number;
  /** The value of all `token_type_ids`. */
  readonly tokenType: number;
}

type Metadata = InferenceSession.TensorValueMetadata;

/**
 * The logits over the whole vocabulary that a model's own file gives at each text's answer.
 *
 * @param session of the untouched file, in plain ONNX Runtime
 * @param texts one batch, padded on the right
 * @returns float32 [words] for each text
 * @throws {RangeError} where the file has no output of logits, or an unknown input
 */
export async function untouchedLogits(
  session: InferenceSession,
  texts: readonly PlainText[],
  feeding: PlainFeeding,
): Promise<Float32Array[]> {
  const logits = await untouchedRows(session, texts, feeding);
  return texts.map(({ answerRow }, i) => logits(i, answerRow));
}

/**
 * The logits that a model's own file gives at each row of texts, as {@linkcode untouchedLogits} does.
 *
 * @param given the values of inputs that do not follow from the texts, by their names
 * @returns the logits of a text at a row
 */
export async function untouchedRows(
  session: InferenceSession,
  texts: readonly Omit<PlainText, "answerRow">[],
  feeding: PlainFeeding,
  given: ReadonlyMap<string, OrtTensor> = new Map(),
): Promise<(text: number, row: number) => Float32Array> {
  const feeds = await untouchedFeeds(session, texts, feeding, given);
  const outputs = await session.run(feeds, candidates(session, feeding.words));
  const longest = texts.reduce((most, { ids }) => Math.max(most, ids.length), 0);
  const overWords = Object.entries(outputs).filter(([, { dims }]) =>
    dims.length > 1 && dims.at(-1) === feeding.words
  );
  const [, logits] = overWords.find(([name]) => name === "logits") ??
    overWords.find(([, { size }]) => size === texts.length * longest * feeding.words) ?? overWords[0] ?? [];
  if (logits === undefined) throw new RangeError(`it has no output [batch, sequence, ${feeding.words}]`);
  return (text, row) => rowOf(logits, text, row, texts.length, longest);
}

/** The values of a file's inputs. @throws {RangeError} where there is none for an input */
export async function untouchedFeeds(
  session: InferenceSession,
  texts: readonly Omit<PlainText, "answerRow">[],
  feeding: PlainFeeding,
  given: ReadonlyMap<string, OrtTensor> = new Map(),
): Promise<Record<string, OrtTensor>> {
  const { Tensor } = await import("onnxruntime-node");
  return Object.fromEntries(
    tensors(session.inputMetadata).map((
      input,
    ) => [input.name, given.get(input.name) ?? fed(input, texts, feeding, Tensor)]),
  );
}

function tensors(metadata: readonly InferenceSession.ValueMetadata[]): Metadata[] {
  return metadata.filter((one): one is Metadata => one.isTensor);
}

/** The outputs that may be the logits: others (a cache, hidden states) are not computed where the file declares their shapes. */
function candidates(session: InferenceSession, words: number): string[] {
  const outputs = tensors(session.outputMetadata).filter(({ shape }) =>
    shape.length !== 1 && shape.length < 4 && (typeof shape.at(-1) !== "number" || shape.at(-1) === words)
  );
  const named = outputs.filter(({ name, shape }) => name === "logits" || shape.at(-1) === words);
  return (named.length > 0 ? named : outputs).map(({ name }) => name);
}

/** The answer's row of logits [batch, sequence, words]; also of logits whose rows are flattened into one axis, or that keep the last row only. */
function rowOf(
  { data, dims, type }: OrtTensor,
  text: number,
  answerRow: number,
  batch: number,
  longest: number,
): Float32Array {
  const words = dims.at(-1)!;
  const rows = dims.slice(0, -1).reduce((a, b) => a * b, 1);
  const row = rows === batch * longest ? text * longest + answerRow : text;
  const numbers = type === "float16" && data instanceof Uint16Array
    ? new Float16Array(data.buffer, data.byteOffset, data.length)
    : data;
  if (!(numbers instanceof Float32Array || numbers instanceof Float16Array)) {
    throw new TypeError(`the model's logits are ${type}`);
  }
  return Float32Array.from(numbers.subarray(row * words, (row + 1) * words));
}

/** The value of an input, by its name and its declared shape. */
function fed(
  { name, type, shape }: Metadata,
  texts: readonly Omit<PlainText, "answerRow">[],
  { padId, firstPosition, tokenType }: PlainFeeding,
  Tensor: TensorConstructor,
): OrtTensor {
  const longest = texts.reduce((most, { ids }) => Math.max(most, ids.length), 0);
  const numbers = (values: readonly number[], dims: readonly number[]) => {
    switch (type) {
      case "int32":
        return new Tensor(type, Int32Array.from(values), dims);
      case "float32":
        return new Tensor(type, Float32Array.from(values), dims);
      case "bool":
        return new Tensor(type, Uint8Array.from(values), dims);
    }
    return new Tensor("int64", BigInt64Array.from(values, BigInt), dims);
  };
  const perToken = (of: (text: typeof texts[number], i: number) => number, filler: number) =>
    numbers(
      texts.flatMap((text) =>
        Array.from({ length: longest }, (_, i) => i < text.ids.length ? of(text, i) : filler)
      ),
      [texts.length, longest],
    );
  switch (name) {
    case "input_ids":
      return perToken(({ ids }, i) => ids[i]!, padId);
    case "attention_mask":
      return perToken(() => 1, 0);
    case "position_ids":
      return perToken(({ positions }, i) => positions[i]!, firstPosition);
    case "token_type_ids":
      return perToken(() => tokenType, 0);
    case "cache_position":
      return numbers(Array.from({ length: longest }, (_, i) => i), [longest]);
    case "use_cache_branch":
      return new Tensor("bool", Uint8Array.of(0), [1]);
  }
  if (/^(num_)?logits_to_keep$/.test(name)) return numbers([0], shape.map(() => 1));
  if (/^past/.test(name)) return emptyPast(type, shape, texts.length, Tensor);
  throw new RangeError(`it has the input '${name}', for which there is no value`);
}

/** An empty cache of keys or values. */
function emptyPast(
  type: Metadata["type"],
  shape: Metadata["shape"],
  batch: number,
  Tensor: TensorConstructor,
): OrtTensor {
  const named = shape.findIndex((item) => typeof item === "string" && item.includes("past"));
  const length = named >= 0
    ? named
    : shape.findLastIndex((item, axis) => axis > 0 && typeof item === "string");
  const dims = shape.map((item, axis) => axis === length ? 0 : typeof item === "number" ? item : batch);
  return type === "float16"
    ? new Tensor(type, new Uint16Array(0), dims)
    : new Tensor("float32", new Float32Array(0), dims);
}
