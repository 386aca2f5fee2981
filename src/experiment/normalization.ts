/** `; it differs from 'café' …` where an allowed word consists of the same letters in other code points, which look alike. */
export function inOtherForm(word: string, allowed: readonly string[]): string {
  const form = word.normalize();
  const same = allowed.find((one) => one !== word && one.normalize() === form);
  return same === undefined
    ? ""
    : `; it differs from '${same}' only in its Unicode normalization (é as one code point or as e and an accent): write both in one form`;
}
