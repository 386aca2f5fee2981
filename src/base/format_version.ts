/** Something that names no format that this program knows. */
export interface FormatFault {
  /** What it names; `undefined` where it names none. */
  readonly named: unknown;
  /** Whether that is a later version of the known format. */
  readonly isNewer: boolean;
}

/**
 * What is wrong with the format that the content of a file names; `undefined` where it is known, or the content is no object,
 * which the check of its shape finds. To be asked before that check: a later version may have another shape.
 *
 * @param known a name and a version, as `softprompt-run/1`; what names an earlier version is known, too
 */
export function formatFault(content: unknown, known: string): FormatFault | undefined {
  if (typeof content !== "object" || content === null || Array.isArray(content)) return undefined;
  const named = "format" in content ? content.format : undefined;
  const [name, newest] = split(known);
  const [found, version] = typeof named === "string" ? split(named) : [];
  if (found !== name || !(Number(version) > 0)) return { named, isNewer: false };
  return Number(version) > Number(newest) ? { named, isNewer: true } : undefined;
}

function split(format: string): [name: string, version: string] {
  const slash = format.lastIndexOf("/");
  return [format.slice(0, slash), format.slice(slash + 1)];
}
