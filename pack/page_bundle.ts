import { join } from "@std/path";
import { build, type Metafile, type Plugin } from "esbuild";
import { packages, undeferred } from "./bundle.ts";
import type { Installed } from "./installed.ts";

/** The scripts of the page, by their names. */
export const PAGE_SCRIPTS = {
  page: "src/view/page/main.tsx",
  compare: "src/view/page/compare_script.ts",
} as const;

/**
 * Puts the page of `view`, and what compares for it, each with what it imports, into a classic script: a page that is opened from a disk
 * may load no modules.
 *
 * @param root the project's folder
 * @param out the folder of the scripts
 */
export async function bundlePage(root: string, out: string, installed: Installed): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: Object.fromEntries(
      Object.entries(PAGE_SCRIPTS).map(([name, path]) => [name, join(root, path)]),
    ),
    outdir: out,
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
    plugins: [packages(installed), OWN_MODULES],
  });
  return metafile;
}

/** Reads the project's modules as esbuild can bundle them. */
const OWN_MODULES: Plugin = {
  name: "own modules",
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]src[\\/].*\.tsx?$/ }, async ({ path }) => ({
      contents: undeferred(await Deno.readTextFile(path)),
      loader: path.endsWith("x") ? "tsx" : "ts",
    }));
  },
};
