import type { GraphFile } from "./device.ts";

/** The size of the files that a graph takes its weights from, in bytes. */
export async function weightBytes({ weights }: Pick<GraphFile, "weights">): Promise<number> {
  const sizes = await Promise.all(
    [...weights.values()].map(async (file) =>
      typeof file === "string" ? (await Deno.stat(file)).size : file.length
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
