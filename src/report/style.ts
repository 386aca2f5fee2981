/** The reports' style sheet: light and dark, narrow and wide, and print. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ink: light-dark(#1c1e21, #e6e7e9); --paper: light-dark(#ffffff, #16181b); --soft: light-dark(#5b626b, #a3abb5);
  --line: light-dark(#d9dde2, #343a41); --panel: light-dark(#f5f6f8, #1f2327);
  --c1: light-dark(#2f6fb5, #6ea8e6); --c2: light-dark(#b8560f, #f0a060); --c3: light-dark(#2b7d55, #6fc79b);
  --c4: light-dark(#8a3f8f, #d18fd6); --c5: light-dark(#7a6a00, #d6c35a); --c6: light-dark(#b02a48, #f2899f);
  --good: light-dark(#1e7046, #6fc79b); --bad: light-dark(#b02a37, #f28b95);
  --mark: light-dark(#fdeeb5, #544708);
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1.5rem 1rem 4rem; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, "Noto Sans", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
#language { flex: none; }
header { display: flex; align-items: baseline; gap: 1rem; justify-content: space-between; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 0.5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2.2rem 0 0.6rem; }
h3 { font-size: 1rem; margin: 1.4rem 0 0.4rem; overflow-wrap: anywhere; }
p { margin: 0.4rem 0 0.8rem; max-width: 52rem; overflow-wrap: anywhere; }
button { font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 0.15rem 0.7rem; cursor: pointer; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: 0.3rem 0 0.8rem; font-size: 0.94rem; }
th, td { text-align: left; padding: 0.28rem 0.9rem 0.28rem 0; border-bottom: 1px solid var(--line); vertical-align: top; min-width: 4.4em; }
th { color: var(--soft); font-weight: 600; }
td { max-width: 34rem; overflow-wrap: break-word; }
code { overflow-wrap: anywhere; }
td.numeric { white-space: nowrap; font-variant-numeric: tabular-nums; }
.number { font-variant-numeric: tabular-nums; }
.term, .number { cursor: help; }
.term { text-decoration: underline dotted var(--soft); text-underline-offset: 3px; }
td .term { white-space: nowrap; }
.better { color: var(--good); font-weight: 600; } .worse, .failed, .wrong { color: var(--bad); font-weight: 600; }
.soft { color: var(--soft); }
mark { color: inherit; background: var(--mark); border-radius: 2px; text-decoration: underline 2px; text-underline-offset: 2px; }
.best td { background: var(--panel); }
figure { margin: 0 0 1.4rem; } figcaption { font-size: 0.88rem; max-width: 52rem; color: var(--soft); }
.chart { min-height: 4rem; } .chart svg { display: block; max-width: 100%; overflow: visible; }
pre { overflow-x: auto; padding: 0.8rem; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; font-size: 0.82rem; line-height: 1.45; }
.save { white-space: nowrap; } .save button { font-size: 0.76rem; padding: 0 0.4rem; margin-left: 0.3rem; }
.controls { display: flex; flex-wrap: wrap; gap: 0.4rem 1rem; align-items: baseline; margin: 0.6rem 0; }
.controls label { color: var(--soft); font-size: 0.88rem; }
.controls select, .controls input { font: inherit; color: var(--ink); background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 0.15rem 0.4rem; max-width: 12rem; }
.controls button:disabled { opacity: 0.5; cursor: default; }
th button { font-weight: 600; border: 0; background: none; padding: 0; color: inherit; } th button:hover { text-decoration: underline; }
th[aria-sort="ascending"] button::after { content: " ↑"; } th[aria-sort="descending"] button::after { content: " ↓"; }
.run { margin-top: 3rem; border-top: 2px solid var(--line); padding-top: 0.6rem; } .run > h2 { font-size: 1.3rem; margin-top: 0; overflow-wrap: anywhere; }
summary { cursor: pointer; font-weight: 600; margin: 0.4rem 0; }
#tooltip { position: absolute; z-index: 10; max-width: min(22rem, 92vw); padding: 0.5rem 0.7rem; font-size: 0.86rem; line-height: 1.4;
  color: var(--ink); background: var(--panel); border: 1px solid var(--line); border-radius: 6px; box-shadow: 0 3px 12px #0003; pointer-events: none; }
@media (max-width: 34rem) { body { font-size: 15px; padding: 1rem 0.8rem 3rem; } th, td { padding-right: 0.6rem; }
  th, td { max-width: 11rem; overflow-wrap: break-word; } tr:has(mark) td:not(.numeric) { min-width: 8.5rem; } }
@media print {
  :root { color-scheme: light; } body { max-width: none; padding: 0; font-size: 11pt; }
  #language, #tooltip, .save, .controls, th button::after { display: none; } section:not(.run), figure, tr { break-inside: avoid; } .wide { overflow: visible; }
  mark { background: none; font-weight: 600; }
  pre { white-space: pre-wrap; } table { font-size: 9pt; } .run { break-before: page; border: 0; margin: 0; }
}
`;
