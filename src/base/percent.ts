/** A fraction as a percentage for display: `75.4%`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
