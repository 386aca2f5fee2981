import { differingRows } from "../diff/differing_rows.ts";
import type { ForeignComparison, ForeignDiff } from "../diff/foreign_diff.ts";
import { foreignCells, foreignEnds, foreignSentences } from "../diff/foreign_wording.ts";
import {
  COLUMNS,
  differencePieces,
  differenceTable,
  onlyIn,
  sentencePieces,
  sidesPiece,
  verdictHtml,
} from "./diff_pieces.ts";
import {
  bilingual,
  breakable,
  type Content,
  Html,
  htmlOf,
  number,
  phrase,
  section,
  table,
  termName,
} from "./html.ts";
import { pageHtml } from "./page.ts";

/** A diff of another program's results as an HTML page. */
export function foreignDiffReport(diff: ForeignDiff): Promise<string> {
  const { shared, own } = differingRows(diff.comparisons);
  const body = [
    sidesPiece({ a: [diff.a, ` (${diff.program})`], b: [diff.b, ` (${diff.program})`] }),
    ...(shared.length === 0 ? [] : [section(phrase("differs_in_all"), differenceTable(shared))]),
    ...diff.comparisons.flatMap((compared, i) => [
      ...(compared.variant === "" ? [] : [new Html(`<h2>${htmlOf(breakable(compared.variant))}</h2>`)]),
      metricTable(compared),
      ...foreignSentences(compared).flatMap(sentencePieces),
      ...differencePieces(own[i] ?? [], shared.length > 0),
    ]),
    ...onlyIn("only_in_a", diff.variantsOnlyInA),
    ...onlyIn("only_in_b", diff.variantsOnlyInB),
  ];
  return pageHtml({ title: "softprompt diff", body });
}

function metricTable({ metrics }: ForeignComparison): Html {
  const rows = Object.entries(metrics).map(([name, metric]) => {
    const [, a, b, delta, , p, adjusted] = foreignCells(name, metric);
    const ends = foreignEnds(metric);
    const interval = bilingual({ en: ends.join(" to "), zh: ends.join(" 至 ") });
    const cells: Content[] = [a, b, delta, interval, p, adjusted];
    return [
      name,
      verdictHtml(metric.verdict),
      ...COLUMNS.map((column, i) => number(cells[i] ?? "", column)),
    ];
  });
  return table([phrase("metric"), phrase("verdict"), ...COLUMNS.map(termName)], rows);
}
