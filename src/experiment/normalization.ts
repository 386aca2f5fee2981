/** `; it differs from 'café' …` where something allowed is the same letters by other code points, which look alike. */
export function inOtherForm(word: string, allowed: readonly string[]): string {
  const form = word.normalize();
  const same = allowed.find((one) => one !== word && one.normalize() === form);
  return same === undefined
    ? ""
    : `; it differs from '${same}' in its Unicode normalization alone (é as one code point or as e and an accent): write both in one form`;
}
