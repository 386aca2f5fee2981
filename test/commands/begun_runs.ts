import { join } from "@std/path";

/** Writes the folder of a run that was begun, and how it ended; without an end, it was killed. @returns the folder */
export async function writeBegun(
  place: string,
  ended?: { readonly status: "failed" | "interrupted"; readonly error: string },
): Promise<string> {
  const folder = `${place}.partial`;
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(join(folder, "experiment.yaml"), "name: x\n");
  await Deno.writeTextFile(join(folder, "content_hash"), "h\n");
  if (ended !== undefined) await Deno.writeTextFile(join(folder, "metrics.json"), JSON.stringify(ended));
  return folder;
}
