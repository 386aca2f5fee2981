/** A format that this program does not know. */
export interface FormatFault {
  /** The name of the format; `undefined` where none is named. */
  readonly named: unknown;
  /** Whether that is a later version of the known format. */
  readonly isNewer: boolean;
}

/**
 * What is wrong with the format that a file's content names; `undefined` where it is known, or where the content is not an
 * object, which the check of its shape finds. Call it before that check: a later version may have another shape.
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
