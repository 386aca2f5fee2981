import { dirname, join } from "@std/path";

/** Reads a folder of files, by their paths in it; it is removed afterwards. */
export async function inFolder<Result>(
  files: ReadonlyMap<string, Uint8Array>,
  read: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, bytes] of files) {
      const path = join(folder, name);
      await Deno.mkdir(dirname(path), { recursive: true });
      await Deno.writeFile(path, bytes);
    }
    return await read(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
