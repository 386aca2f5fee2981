/** A metric of a comparison as a row of a table: its name, both sides, and how they differ. */
export type MetricRow = [
  name: string,
  a: string,
  b: string,
  difference: string,
  interval: string,
  p: string,
  adjusted: string,
  verdict: string,
];
