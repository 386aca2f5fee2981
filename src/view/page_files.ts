import { allDone } from "../base/all_done.ts";
import { fromFileUrl } from "@std/path";
import { type AddressedPackage, loadedPackageAddress } from "../base/package_address.ts";
import { FIELD_STYLE } from "../serve/field_style.ts";
import type { Sent } from "../serve/modules.ts";
import { SENT_TYPES } from "../serve/sent_types.ts";
import { STYLE } from "../report/style.ts";
import { VIEW_STYLE } from "./view_style.ts";

/** What the page may load: its own server's files. Observable Plot styles its charts by attributes; bootstraps add in WebAssembly. */
const LOADED =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** The policy of the page as it is served. */
export const VIEW_POLICY = `${LOADED}; connect-src 'self'; worker-src 'self'; frame-ancestors 'none'`;

/** The policy of a run's report as it is served: it contains all that it needs, and has no origin. */
export const REPORT_POLICY =
  "sandbox allow-scripts allow-downloads; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'";

/** The page, whose script fills it. @param policy that of a page that is not served with one @param data scripts that come first */
export function pageHtml(policy?: string, data: readonly string[] = []): string {
  const meta = policy === undefined
    ? ""
    : `<meta http-equiv="Content-Security-Policy" content="${policy}">\n`;
  const scripts = [...data, "page.js"].map((name) => `<script defer src="./${name}"></script>`).join("\n");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${meta}<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>softprompt</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="./page.css">
${scripts}
</head>
<body>
<noscript><p>This page needs its script. <span lang="zh-CN">本页面需要启用 JavaScript。</span></p></noscript>
</body>
</html>
`;
}

/** The policy of the page as an exported site, which loads its data as scripts. Opened from a disk, `'self'` is not for all browsers what lies beside it. */
export const EXPORT_POLICY = LOADED.replace("script-src 'self'", "script-src 'self' file:")
  .replace("style-src 'self'", "style-src 'self' file:");

/** The page and what it loads, by their names: its own scripts, and the charting library as its packages ship it for pages. */
export async function pageFiles(): Promise<Map<string, Sent>> {
  const script = "text/javascript";
  const shipped: readonly (readonly [string, AddressedPackage])[] = [
    ["d3.min.js", "d3"],
    ["plot.umd.min.js", "@observablehq/plot"],
  ];
  const libraries = await allDone(shipped.map(async ([file, name]) => {
    const path: string = fromFileUrl(new URL(`../dist/${file}`, await loadedPackageAddress(name)));
    return [file, { content: { path }, type: script }] as const;
  }));
  const [page, compare] = [new URL("./page.js", import.meta.url), new URL("./compare.js", import.meta.url)];
  return new Map<string, Sent>([
    ["", { content: pageHtml(), type: SENT_TYPES.html }],
    ["page.css", { content: `${STYLE}${FIELD_STYLE}${VIEW_STYLE}`, type: SENT_TYPES.css }],
    ["page.js", { content: { path: fromFileUrl(page) }, type: script }],
    ["compare.js", { content: { path: fromFileUrl(compare) }, type: script }],
    ...libraries,
  ]);
}
