/** A text and its label. */
export type Pair = readonly [text: string, label: string];

/**
 * The labelled texts of a small table by another reading of its format: a character at a time, or by the engine's own parser.
 *
 * @param kind `csv` with commas (RFC 4180), `tsv` without quotes, `jsonl`, `json` or `txt`
 * @returns `undefined` where they cannot be read, or the text is of no single meaning
 */
export function pairsByTheLetter(content: string, kind: string): Pair[] | undefined {
  const lines = content.split(/\r\n|\r|\n/);
  switch (kind) {
    case "csv":
      return /^"?sep=/i.test(content) ? undefined : fromRows(csvRows(lines.join("\n")));
    case "tsv":
      return fromRows(lines.filter((line) => line !== "").map((line) => line.split("\t")));
    case "jsonl":
      return fromObjects(lines.filter((line) => line.trim() !== "").map((line) => JSON.parse(line)));
    case "json":
      return content.trim().startsWith("{")
        ? pairsByTheLetter(content, "jsonl")
        : fromObjects(JSON.parse(content));
    default:
      return lines.filter((line) => line.trim() !== "").flatMap((line): Pair[] => {
        const at = line.search(/\s/);
        return [[line.slice(at + 1).trim(), line.slice(0, at)]];
      });
  }
}

/** Fields, of which quotes enclose some. */
function csvRows(content: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = "";
  let isQuoted = false;
  for (let at = 0; at <= content.length; at++) {
    const sign = content[at];
    if (isQuoted && sign === '"' && content[at + 1] === '"') field += content[++at];
    else if (sign === '"') isQuoted = !isQuoted;
    else if (isQuoted && sign !== undefined) field += sign;
    else if (sign === "," || sign === "\n" || sign === undefined) {
      row.push(field);
      field = "";
      if (sign === ",") continue;
      const isEmpty = row.length === 1 && row[0] === "" && content[at - 1] !== '"';
      if (!isEmpty) rows.push(row);
      row = [];
    } else field += sign;
  }
  return rows;
}

function fromRows([header = [], ...rows]: readonly (readonly string[])[]): Pair[] {
  const [text, label] = ["text", "label"].map((name) => header.indexOf(name)) as [number, number];
  return rows.map((row) => [row[text]!.trim(), row[label]!.trim()]);
}

function fromObjects(values: readonly Readonly<Record<string, unknown>>[]): Pair[] {
  return values.map(({ text, label }) => [String(text).trim(), String(label).trim()]);
}
