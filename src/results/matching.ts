import { globToRegExp, isGlob } from "@std/path";

/** Whether a run is chosen by `--only`: its name matches a pattern (`*length=5*`), or contains a text. */
export function matcher(only: string): (name: string) => boolean {
  if (!isGlob(only)) return (name) => name.includes(only);
  const pattern = globToRegExp(only.includes("/") ? only : `**/${only}`, { globstar: true });
  return (name) => pattern.test(name);
}
