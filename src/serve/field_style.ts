/** The style of fields and of what stands side by side on pages, beside that of reports. */
export const FIELD_STYLE = `
textarea, input { font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 0.4rem 0.6rem; }
textarea { width: 100%; }
:focus-visible { outline: 2px solid var(--c1); outline-offset: 1px; }
.beside { display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: 1rem 2rem; margin: 1rem 0; }
.trouble { color: var(--bad); } .trouble:empty, .soft:empty { display: none; } button:disabled { opacity: 0.5; cursor: default; }
@media print { button, .button { display: none; } textarea { field-sizing: content; } }
`;
