/** What the page of `view` has beside the style of reports and of fields. */
export const VIEW_STYLE = `
body { max-width: 96rem; padding-top: 0.8rem; }
header { align-items: center; } header h1 { margin: 0; } #live { margin-right: auto; white-space: nowrap; }
.note { white-space: pre-wrap; }
.problem { color: var(--bad); overflow-wrap: anywhere; }
.live::before { content: "●"; color: var(--good); margin-right: 0.35em; }
.live.lost::before { color: var(--bad); }
[role="grid"] { border: 1px solid var(--line); border-radius: 6px; font-size: 0.9rem; overflow-x: auto; }
.rows { overflow-y: auto; max-height: 58vh; min-height: 3rem; position: relative; contain: strict; scrollbar-gutter: stable; }
.rows.whole { overflow: visible; height: auto; max-height: none; contain: none; }
.filler { position: relative; min-width: 100%; }
[role="row"] { display: grid; align-items: center; height: 34px; padding: 0 0.5rem; gap: 0 0.5rem; border-bottom: 1px solid var(--line); }
.rows [role="row"] { position: absolute; left: 0; right: 0; cursor: pointer; } .whole [role="row"] { position: static; }
[role="row"]:hover { background: var(--panel); }
[role="row"][aria-selected="true"] { background: color-mix(in srgb, var(--c1) 14%, transparent); }
[role="row"].cursor { outline: 2px solid var(--c1); outline-offset: -2px; }
[role="grid"]:not(:focus-within) .cursor { outline-color: var(--line); }
.head { border-bottom: 1px solid var(--line); background: var(--panel); border-radius: 6px 6px 0 0; scrollbar-gutter: stable; overflow-y: hidden; }
[role="gridcell"], [role="columnheader"] { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 0; }
[role="grid"] { --indent: 1.1rem; }
.numeric { text-align: right; font-variant-numeric: tabular-nums; }
[role="columnheader"] button { font-weight: 600; border: 0; background: none; padding: 0; color: var(--soft); max-width: 100%; overflow: hidden; text-overflow: ellipsis; }
[role="columnheader"] button:focus-visible { outline: 2px solid var(--c1); outline-offset: -2px; }
[role="columnheader"][aria-sort="ascending"] button::after { content: " ↑"; } [role="columnheader"][aria-sort="descending"] button::after { content: " ↓"; }
.group { font-weight: 600; } .group .soft { font-weight: 400; }
.fold { border: 0; background: none; padding: 0 0.3rem 0 0; }
.tag { border: 1px solid var(--line); border-radius: 4px; padding: 0 0.3em; margin-left: 0.5em; font-size: 0.86em; font-weight: 400; color: var(--soft); }
.state-complete { color: var(--good); } .state-running { color: var(--c1); font-weight: 600; } .state-failed, .state-damaged, .state-newer { color: var(--bad); } .state-partial { color: var(--c2); }
.controls input[type="search"] { max-width: none; width: 20rem; flex: 1 1 12rem; }
.sides { display: flex; flex-wrap: wrap; gap: 0.4rem 1.4rem; margin: 0.5rem 0; font-size: 0.92rem; } .sides b { margin-right: 0.3rem; }
.sides span { overflow-wrap: anywhere; }
.legend-list { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 0.1rem 1.1rem; font-size: 0.86rem; } .legend-list li { overflow-wrap: anywhere; }
.panel { border-top: 2px solid var(--line); margin-top: 1.6rem; padding-top: 0.2rem; }
.panel > header { align-items: baseline; } .panel h2 { margin-top: 0.8rem; overflow-wrap: anywhere; }
textarea.note { min-height: 3.6rem; }
kbd { font: inherit; border: 1px solid var(--line); border-radius: 4px; padding: 0 0.3rem; background: var(--panel); }
.keys { font-size: 0.84rem; color: var(--soft); max-width: none; }
@media (max-width: 40rem) { .rows { max-height: 62vh; } .keys, .roomy { display: none; } [role="grid"] { --indent: 0.6rem; }
  .controls input[type="search"] { width: 100%; flex-basis: 100%; } }
@media print { .keys, .fold, [role="row"] input { display: none; } .head button { display: inline; } [role="grid"] { border: 0; font-size: 8pt; }
  [role="row"] { break-inside: avoid; height: auto; min-height: 22px; } [role="gridcell"] { white-space: normal; } }
`;
