import { fromFileUrl } from "@std/path";
import { allDone } from "../base/all_done.ts";
import { type AddressedPackage, loadedPackageAddress } from "../base/package_address.ts";
import { UNSAFE } from "../base/visible.ts";
import { type Content, dataElement, htmlOf } from "./html.ts";
import { PHRASES } from "./phrases.ts";
import type { RunRecord } from "../results/read_run.ts";
import type { TextRunRecord } from "../results/read_text_run.ts";
import { runsElement } from "../results/saved_report.ts";
import { textsElement } from "../results/saved_texts.ts";
import { STYLE } from "./style.ts";
import { TERMS } from "./terms.ts";

/** A self-contained page. */
export interface Page {
  readonly title: string;
  /** Runs that a diff can read from the saved page. */
  readonly runs?: ReadonlyMap<string, RunRecord>;
  /** The same of runs whose answers are generated. */
  readonly texts?: ReadonlyMap<string, TextRunRecord>;
  /** The folders of the runs that are not complete, which a diff reports. */
  readonly unfinished?: readonly string[];
  readonly body: readonly Content[];
}

/** Nothing may be loaded: the page contains everything that it needs. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/** The element with the words of all pages. */
const WORDS = "softprompt-words";

/**
 * The modules of the project's own script, each after those that it imports. A page that is opened from a file cannot load
 * modules: they are put into one script, without their imports and exports.
 */
const MODULES = [
  "libraries",
  "words",
  "tooltip",
  "frame",
  "curves",
  "search_charts",
  "squares",
  "save_chart",
  "charts",
  "predictions",
  "start",
] as const;

/**
 * A report as HTML: readable without its script, which adds the charts (Observable Plot, in the page), the tooltips and the
 * reader's language.
 */
export async function pageHtml({ title, runs, texts, unfinished, body }: Page): Promise<string> {
  const { d3, plot, own } = await loadScripts();
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="color-scheme" content="light dark">
<title>${htmlOf(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>${
    htmlOf(title)
  }</h1><button type="button" id="language" data-phrase="language" hidden>${PHRASES.language.en}</button></header>
<noscript><p data-phrase="no_script">${PHRASES.no_script.en} ${PHRASES.no_script.zh}</p></noscript>
<main>
${body.map(htmlOf).join("\n")}
</main>
<div id="tooltip" role="tooltip" hidden></div>
${runs === undefined ? "" : await runsElement(runs, unfinished)}
${texts === undefined || texts.size === 0 ? "" : await textsElement(texts)}
${dataElement({ phrases: PHRASES, terms: TERMS, unsafe: UNSAFE.source }, WORDS).html}
<script>${d3}</script>
<script>${plot}</script>
<script>${own}</script>
</body>
</html>
`;
}

/** The scripts of every page. */
interface Scripts {
  readonly d3: string;
  readonly plot: string;
  /** The project's own script. */
  readonly own: string;
}

let scripts: Promise<Scripts> | undefined;

/** Reads the scripts, once: the charting library as its packages ship it for pages, and the project's own. */
function loadScripts(): Promise<Scripts> {
  return scripts ??= (async () => {
    const read = async (url: URL) =>
      (await Deno.readTextFile(fromFileUrl(url))).replaceAll("</script", "<\\/script");
    const inlined = async (name: typeof MODULES[number]) =>
      (await read(new URL(`./page/${name}.js`, import.meta.url)))
        .replaceAll(/^import\b[^;]*;\n/gm, "").replaceAll(/^export /gm, "");
    const shipped = async (name: AddressedPackage, file: string) =>
      read(new URL(`../dist/${file}`, await loadedPackageAddress(name)));
    return {
      d3: await shipped("d3", "d3.min.js"),
      plot: await shipped("@observablehq/plot", "plot.umd.min.js"),
      own: `(() => {\n${(await allDone(MODULES.map(inlined))).join("\n")}\n})();`,
    };
  })();
}
