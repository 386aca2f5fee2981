/** The number of characters in a text as JSON Schema counts them: Unicode's code points, a half of a surrogate pair being one. */
export function codePointsIn(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
