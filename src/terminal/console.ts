/** Says a line to the person at the terminal. */
export function log(line: string): void {
  console.error(line);
}
