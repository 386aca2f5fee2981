/** A labelled text, as the page's table has them. */
export interface LabelledText {
  readonly text: string;
  readonly label: string;
}

/** The number of texts of each class. */
const OF_EACH = 10;

/**
 * The first texts of each class that fit into a tab-separated table, in their order: white space within them is one space, and those
 * in quotes are left out, as a table may have quotes around fields.
 */
export function exampleRows(texts: Iterable<LabelledText>): LabelledText[] {
  const counts = new Map<string, number>();
  const rows: LabelledText[] = [];
  for (const { text, label } of texts) {
    const count = counts.get(label) ?? 0;
    const line = text.trim().replaceAll(/\s+/g, " ");
    if (count >= OF_EACH || line === "" || /^".*"$/.test(line) || /[\t\r\n"]/.test(label)) continue;
    counts.set(label, count + 1);
    rows.push({ text: line, label });
  }
  return rows;
}
