/** How files of texts are written. */
export const TABLE_KINDS = ["csv", "tsv", "jsonl", "json", "parquet", "txt"] as const;

/** How a file of texts is written. */
export type TableKind = typeof TABLE_KINDS[number];

/** The file extensions of each kind, in lower case. */
const KINDS: Readonly<Record<string, TableKind>> = {
  csv: "csv",
  tsv: "tsv",
  jsonl: "jsonl",
  ndjson: "jsonl",
  json: "json",
  parquet: "parquet",
  txt: "txt",
};

/** The known extensions, for messages. */
export const KNOWN_ENDINGS: string = `${
  Object.keys(KINDS).map((ending) => `.${ending}`).join(", ")
}, each with or without .gz after it`;

/** A file's extension in lower case, without the dot and without a .gz after it; `undefined` where it has none. */
export function endingOf(path: string): string | undefined {
  return /[^./\\]\.([^./\\]+)$/.exec(path.replace(/\.gz$/i, ""))?.[1]?.toLowerCase();
}

/** The kind of a file by its extension, in upper or lower case; `undefined` where the extension is unknown. */
export function tableKind(path: string): TableKind | undefined {
  const ending = endingOf(path) ?? "";
  return Object.hasOwn(KINDS, ending) ? KINDS[ending] : undefined;
}
