/**
 * Bundles the page of `view` into the scripts that come with the project, or into another folder: `deno task page`.
 *
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { stop } from "esbuild";
import { install } from "./installed.ts";
import { bundlePage } from "./page_bundle.ts";

const ROOT = fromFileUrl(new URL("..", import.meta.url));

const scratch = await Deno.makeTempDir();
try {
  const [out = join(ROOT, "src/view")] = Deno.args;
  await bundlePage(ROOT, out, await install(ROOT, scratch));
} finally {
  await stop();
  await Deno.remove(scratch, { recursive: true });
}
