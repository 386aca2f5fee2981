/** The parts of a line that is a label, a space and a text, which may be empty; `undefined` where it is none. */
export function labelAndText(line: string): { readonly label: string; readonly text: string } | undefined {
  const [, label, text] = /^(\S+)\s(.*)$/.exec(line) ?? [];
  return label === undefined || text === undefined ? undefined : { label, text };
}
