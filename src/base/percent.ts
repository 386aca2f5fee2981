/** A share in per cent, for people: `75.4%`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
