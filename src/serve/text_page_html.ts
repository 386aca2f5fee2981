import { PHRASES } from "../browser/phrases.ts";
import { STYLE } from "../report/style.ts";
import { FIELD_STYLE } from "./field_style.ts";
import { phraseText as text } from "./phrase_text.ts";

/** The style sheet of the page. */
export const TEXT_PAGE_CSS = `${STYLE}${FIELD_STYLE}
#fields { display: grid; gap: 0.3rem; } #fields textarea { margin-bottom: 0.5rem; }
.answer { min-height: 3rem; margin: 0.6rem 0; padding: 0.4rem 0.6rem; border-left: 3px solid var(--line); white-space: pre-wrap; overflow-wrap: anywhere; }
.answer[aria-busy="true"] { border-color: var(--c1); } .answer[aria-busy="true"]::after { content: "…"; color: var(--soft); }
`;

/** What the page may load: only from its own server, and no scripts but the server's files. */
export const TEXT_PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The page that asks a run of generated texts: the elements that its script fills are empty. */
export const TEXT_PAGE_HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>softprompt</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/page.css">
<script type="module" src="/src/browser/text_page.ts"></script>
</head>
<body>
<header><h1 id="title">softprompt</h1><button type="button" id="language" hidden>${
  text("language")
}</button></header>
<noscript><p>${PHRASES.needs_script.en} <span lang="zh-CN">${PHRASES.needs_script.zh}</span></p></noscript>
<p class="soft">${text("answered_by")} <span id="device">…</span> · ${text("sent_to_server")}</p>
<p id="trouble" class="trouble" role="alert"></p>
<p><button type="button" id="retry" hidden>${text("retry")}</button></p>
<main>
<h2>${text("ask")}</h2>
<div id="fields"></div>
<p><button type="button" id="ask" disabled>${
  text("answer")
}</button> <button type="button" id="stop" disabled>${
  text("stop")
}</button> <button type="button" id="example" hidden>${text("another_example")}</button></p>
<div id="answers" class="beside"></div>
</main>
</body>
</html>
`;
