import { encodeBase64 } from "@std/encoding/base64";
import { STYLE } from "../report/style.ts";
import { IMPORT_MAP } from "./modules.ts";

const OWN_STYLE = `${STYLE}
textarea, input { font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 0.4rem 0.6rem; }
textarea { width: 100%; } input[type="number"] { width: 7rem; }
:focus-visible { outline: 2px solid var(--c1); outline-offset: 1px; }
.beside { display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: 1rem 2rem; margin: 1rem 0; }
.beside ul { list-style: none; margin: 0.4rem 0; padding: 0; min-height: 4rem; }
.beside li { display: grid; grid-template-columns: 6rem 1fr 4rem; gap: 0.6rem; align-items: center; }
.beside li span:first-child { overflow-wrap: anywhere; } .beside li .number { text-align: right; }
li.best { font-weight: 600; } meter { width: 100%; }
.fields { display: flex; flex-wrap: wrap; gap: 0.6rem 1.2rem; margin: 0.8rem 0; } .fields label { display: flex; flex-direction: column; font-size: 0.88rem; color: var(--soft); }
.trouble { color: var(--bad); } .trouble:empty, #fallback:empty, .soft:empty { display: none; } button:disabled { opacity: 0.5; cursor: default; }
`;

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
<header><h1 id="title">softprompt</h1></header>
<noscript><p>This page computes in your browser, and needs its script for that.</p></noscript>
<p class="soft">Computes in this tab, on <span id="device">… (the model is being loaded)</span>. Nothing that you type leaves this computer.</p>
<p id="fallback" role="status"></p>
<p id="trouble" class="trouble" role="alert"></p>
<main>
<h2>Classify a sentence</h2>
<label for="sentence">A sentence of your own</label>
<textarea id="sentence" rows="2" disabled>a gripping, beautifully acted thriller .</textarea>
<div class="beside">
<section aria-live="polite"><h3>Hard prompt</h3><code id="hard-template"></code><ul id="hard"></ul><p id="hard-cut" class="soft"></p></section>
<section aria-live="polite"><h3>Soft prompt: <span id="whose-prompt">the run's</span></h3><code id="soft-template"></code><ul id="soft"></ul><p id="soft-cut" class="soft"></p></section>
</div>
<h2>Tune a prompt in this tab</h2>
<p>Tab-separated lines; the first names the columns <code>text</code> and <code>label</code>. The labels are <span id="classes"></span>.</p>
<p><label>Take a file: <input type="file" id="file" accept=".tsv,.txt,text/tab-separated-values"></label></p>
<label for="table">… or paste the table</label>
<textarea id="table" rows="6" spellcheck="false" wrap="off"></textarea>
<div class="fields">
<label>Prompt length<input type="number" id="length" min="1" step="1"></label>
<label>Steps<input type="number" id="steps" min="1" step="1" value="30"></label>
<label>Learning rate<input type="number" id="rate" min="0" step="any"></label>
<label>Seed<input type="number" id="seed" min="0" step="1"></label>
</div>
<p><button type="button" id="tune" disabled>Tune</button> <button type="button" id="stop" disabled>Stop</button>
<span id="progress" class="number" role="status"></span></p>
<p id="tuning-trouble" class="trouble" role="alert"></p>
<p id="tuning-notes" class="soft" role="status"></p>
<figure><div id="curve" class="chart"></div></figure>
<p><a id="download" download="prompt.safetensors" hidden>Download prompt.safetensors</a></p>
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
