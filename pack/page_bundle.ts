import { join } from "@std/path";
import { build, type Metafile } from "esbuild";
import { packages } from "./bundle.ts";
import type { Installed } from "./installed.ts";

/**
 * Puts the page of `view`, and what it imports, into one classic script: a page that is opened from a disk may load no modules.
 *
 * @param root the project's folder
 * @param out the script's path
 */
export async function bundlePage(root: string, out: string, installed: Installed): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: [join(root, "src/view/page/main.tsx")],
    outfile: out,
    bundle: true,
    minify: true,
    format: "iife",
    platform: "browser",
    target: "es2023",
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "none",
    logLevel: "error",
    metafile: true,
    absWorkingDir: root,
    plugins: [packages(installed)],
  });
  return metafile;
}
