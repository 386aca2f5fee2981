/** A path as a word of a shell, which no command takes for a flag. */
export function quoted(path: string): string {
  return shellWord(path.startsWith("-") ? `./${path}` : path);
}

/** A text as a word of a shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
