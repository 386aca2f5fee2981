/** What {@linkcode summaryWriters} loads. */
export type SummaryWriters =
  & Pick<typeof import("../results/summarize.ts"), "rankedByValidation" | "summarize">
  & Pick<typeof import("../report/sweep_report.ts"), "sweepReport">;

/**
 * What writes a summary: the quantiles of t, and a report's page, take an eighth of a command's start to load. A batch loads it before its
 * first run, so that it ends with the version of the program that it began with, whatever is installed meanwhile.
 */
export async function summaryWriters(): Promise<SummaryWriters> {
  const { rankedByValidation, summarize } = await import("../results/summarize.ts");
  const { sweepReport } = await import("../report/sweep_report.ts");
  return { rankedByValidation, summarize, sweepReport };
}
