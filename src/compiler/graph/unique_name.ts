/** The names that are taken, with the number that is tried first where one is wanted again. */
export type UsedNames = Map<string, number>;

/** A name that is not taken, which is then: the hint, or the hint with the first number from 2 on that is free. */
export function uniqueName(hint: string, separator: string, used: UsedNames): string {
  let name = hint;
  let next = used.get(hint) ?? 2;
  for (; used.has(name); next++) name = `${hint}${separator}${next}`;
  used.set(hint, next);
  if (name !== hint) used.set(name, 2);
  return name;
}
