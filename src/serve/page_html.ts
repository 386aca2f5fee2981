import { COMMAND } from "../base/called_as.ts";
import { encodeBase64 } from "@std/encoding/base64";
import { PHRASES } from "../browser/phrases.ts";
import { STYLE } from "../report/style.ts";
import { FIELD_STYLE } from "./field_style.ts";
import { IMPORT_MAP } from "./modules.ts";
import { phraseText as text } from "./phrase_text.ts";

/** The style of pages with fields, and what only this one has. A label stands for the field of a file, whose own words are in the browser's language. */
const OWN_STYLE = `${STYLE}${FIELD_STYLE}
input[type="number"] { width: 7rem; }
.beside ul { list-style: none; margin: 0.4rem 0; padding: 0; min-height: 4rem; }
.beside li { display: grid; grid-template-columns: 6rem 1fr 4rem; gap: 0.6rem; align-items: center; }
.beside li span:first-child { overflow-wrap: anywhere; } .beside li .number { text-align: right; }
li.best { font-weight: 600; } meter { width: 100%; }
.beside [aria-busy="true"] { opacity: 0.5; }
.fields { display: flex; flex-wrap: wrap; gap: 0.6rem 1.2rem; margin: 0.8rem 0; align-items: end; } .fields label { display: flex; flex-direction: column; font-size: 0.88rem; color: var(--soft); }
input[type="file"] { position: absolute; width: 1px; padding: 0; border: 0; opacity: 0; } input[type="file"]:focus-visible + .button { outline: 2px solid var(--c1); }
.fields .button { font-size: inherit; color: inherit; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 0.15rem 0.7rem; cursor: pointer; }
#curve:empty { min-height: 0; } ul.soft { margin: 0.4rem 0; padding-left: 1.2rem; }
#fallback:empty, #held-out:empty { display: none; }
`;

/** A field for a number. */
function numberField(id: string, name: keyof typeof PHRASES, attributes: string): string {
  return `<label>${text(name)}<input type="number" id="${id}" ${attributes}></label>`;
}

/** The page that shows a run: the elements that its script fills are empty. */
export const PAGE_HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>softprompt</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/page.css">
<script type="importmap">${IMPORT_MAP}</script>
<script defer src="/npm/d3/d3.min.js"></script>
<script defer src="/npm/@observablehq/plot/plot.umd.min.js"></script>
<script type="module" src="/src/browser/page.ts"></script>
</head>
<body>
<header><h1 id="title">softprompt</h1><button type="button" id="language" hidden>${
  text("language")
}</button></header>
<noscript><p>${PHRASES.no_script.en} <span lang="zh-CN">${PHRASES.no_script.zh}</span></p></noscript>
<p class="soft">${text("computes_on")} <span id="device"></span> · ${text("stays_here")}</p>
<p id="fallback" role="status"></p>
<p id="trouble" class="trouble" role="alert"></p>
<p><button type="button" id="retry" hidden>${text("retry")}</button></p>
<main>
<h2>${text("classify")}</h2>
<label for="sentence">${text("own_sentence")}</label>
<textarea id="sentence" rows="2" disabled>a gripping, beautifully acted thriller .</textarea>
<p id="sentence-trouble" class="trouble" role="alert"></p>
<div class="beside">
<section aria-live="polite"><h3>${
  text("hard_prompt")
}</h3><code id="hard-template"></code><ul id="hard"></ul><p id="hard-cut" class="soft"></p></section>
<section aria-live="polite"><h3>${text("soft_prompt")} <span id="whose-prompt">${
  text("the_runs")
}</span></h3><code id="soft-template"></code><ul id="soft"></ul><p id="soft-cut" class="soft"></p></section>
</div>
<h2>${text("tune_here")}</h2>
<label for="classes">${text("classes")}</label>
<textarea id="classes" rows="3" spellcheck="false"></textarea>
<p>${text("table_form")}</p>
<p class="fields"><input type="file" id="file" accept=".csv,.tsv,.txt,.jsonl,.ndjson,.json">
<label for="file" class="button">${text("take_file")}</label>
<button type="button" id="example">${text("take_example")}</button></p>
<label for="table">${text("or_paste")}</label>
<textarea id="table" rows="6" spellcheck="false" wrap="off"></textarea>
<div class="fields">
${numberField("length", "length", 'min="1" step="1"')}
${numberField("steps", "steps", 'min="1" step="1" value="30"')}
${numberField("rate", "learningRate", 'min="0" step="any"')}
${numberField("seed", "seed", 'min="0" step="1"')}
${numberField("held-out-share", "heldOut", 'min="0" max="90" step="1" value="20"')}
</div>
<p><button type="button" id="tune" disabled>${
  text("tune")
}</button> <button type="button" id="stop" disabled>${text("stop")}</button>
<span id="progress" class="number" role="status"></span></p>
<p id="tuning-trouble" class="trouble" role="alert"></p>
<ul id="tuning-notes" class="soft" role="status"></ul>
<figure><div id="curve" class="chart"></div></figure>
<p id="held-out" role="status"></p>
<div id="downloads" hidden>
<p><a id="download" download="prompt.safetensors" hidden>${text("download")}</a></p>
<p class="soft">${text("use_it")}</p>
<pre>${COMMAND} predict RUN --prompt prompt.safetensors "…"</pre>
</div>
</main>
</body>
</html>
`;

/** The page's style sheet. */
export const PAGE_CSS: string = OWN_STYLE;

/**
 * What the page may load: only from its own server; no scripts but the server's files and the import
 * map, which is allowed by its hash.
 */
export async function contentSecurityPolicy(): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(IMPORT_MAP));
  return [
    "default-src 'none'",
    `script-src 'self' 'wasm-unsafe-eval' 'sha256-${encodeBase64(hash)}'`,
    // Observable Plot styles its charts by attributes.
    "style-src 'self' 'unsafe-inline'",
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
