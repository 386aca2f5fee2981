/** A path as a word of a shell, which no command takes for a flag. */
export function quoted(path: string): string {
  const named = path.startsWith("-") ? `./${path}` : path;
  return /^[\w@%+=:,./-]+$/.test(named) ? named : `'${named.replaceAll("'", "'\\''")}'`;
}
