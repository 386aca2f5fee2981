/** The approximate length of a piece, in characters. */
const PIECE = 1 << 16;

/**
 * The text of `JSON.stringify`, piece by piece: that of a whole dataset can exceed the maximum length of a string.
 *
 * @param value plain data; the values in its arrays and objects are written one at a time
 */
export function* jsonPieces(value: unknown): Generator<string> {
  let piece = "";
  for (const token of tokensOf(value)) {
    piece += token;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = "";
  }
  yield piece;
}

function* tokensOf(value: unknown): Generator<string> {
  if (!isNested(value)) {
    yield JSON.stringify(value);
    return;
  }
  const isList = Array.isArray(value);
  let before = isList ? "[" : "{";
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined && !isList) continue;
    yield isList ? before : `${before}${JSON.stringify(key)}:`;
    yield* tokensOf(item ?? null);
    before = ",";
  }
  yield isList ? "]" : "}";
}

/** Whether a value holds others that hold others, so that its text may be long. */
function isNested(value: unknown): value is object {
  return isHolder(value) && Object.values(value).some(isHolder);
}

function isHolder(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
