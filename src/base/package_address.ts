/**
 * Where packages are whose files are found by their addresses: native libraries, and what pages load. A package that is built of this
 * project has a module of its own in place of this one, as its packages are elsewhere.
 *
 * @module
 */

/** The address of what a package's name stands for, which its other files are near; it need not have been downloaded yet. */
export function packageAddress(specifier: string): string {
  return import.meta.resolve(specifier);
}

/** The address of a package that is there: only loaded packages can be found in Deno's cache. */
export async function loadedPackageAddress(specifier: string): Promise<string> {
  await import(specifier);
  return packageAddress(specifier);
}
