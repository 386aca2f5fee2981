/** A number of things in words: `1 run`, `2 runs`. @param thing a noun whose plural ends in s */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}
