/** Ends the names of sound files whose damaged copies get right checksums: what reads them after that is tried, too. */
const RIGHT_SUMS = ", sums right";

/** Files twice: by their names, and by those of copies whose checksums are right. */
export function withRightSums(files: ReadonlyMap<string, Uint8Array>): Map<string, Uint8Array> {
  return new Map([...files, ...[...files].map(([name, bytes]) => [name + RIGHT_SUMS, bytes] as const)]);
}

/** The name of a file, and whether its checksums are right. */
export function splitName(name: string): { readonly file: string; readonly isRight: boolean } {
  const isRight = name.endsWith(RIGHT_SUMS);
  return { file: isRight ? name.slice(0, -RIGHT_SUMS.length) : name, isRight };
}
