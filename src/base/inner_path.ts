/**
 * The path of a file within a folder, as a file of somebody else names it: a model its weights, a repository its files.
 *
 * @param named the path, relative to the folder, with `/` between its parts
 * @returns the path without empty parts and `.`; `undefined` where it may lead out of the folder: it is absolute, or contains `..`, a
 * drive's letter, `\` (which divides the parts of a path on Windows alone) or NUL
 */
export function innerPath(named: string): string | undefined {
  if (/^\/|^[A-Za-z]:|[\\\0]/.test(named)) return undefined;
  const parts = named.split("/").filter((part) => part !== "" && part !== ".");
  return parts.length === 0 || parts.includes("..") ? undefined : parts.join("/");
}
