import { join } from "@std/path";

/** A package in one file. */
export interface Tarball {
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** The size of its files, in bytes. */
  readonly unpacked: number;
}

/** Packs a folder as npm does, by npm. @throws {Error} with npm's own words where that fails */
export async function writeTarball(folder: string, to: string): Promise<Tarball> {
  const { code, stdout, stderr } = await new Deno.Command("npm", {
    args: ["pack", "--json", "--ignore-scripts", "--pack-destination", to, folder],
  }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  const [{ filename, size, unpackedSize }] = JSON.parse(new TextDecoder().decode(stdout));
  return { path: join(to, filename), size, unpacked: unpackedSize };
}
