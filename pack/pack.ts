// deno-lint-ignore-file no-console
/**
 * Writes the npm package of the project, as a folder and as a tarball: `deno task pack`.
 *
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { stop } from "esbuild";
import { writePackage } from "./package_folder.ts";
import { writeTarball } from "./tarball.ts";

const ROOT = fromFileUrl(new URL("..", import.meta.url));

/** Where packages are written. */
const OUT = join(ROOT, "dist");

const folder = join(OUT, "package");
const scratch = await Deno.makeTempDir();
try {
  await Deno.remove(OUT, { recursive: true }).catch(() => {});
  await writePackage(ROOT, folder, scratch);
  const { path, size, unpacked } = await writeTarball(folder, OUT);
  const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  console.log(
    `${path}: ${megabytes(size)}, ${megabytes(unpacked)} on the disk, and Deno's program beside it`,
  );
} finally {
  await stop();
  await Deno.remove(scratch, { recursive: true });
}
