/// <reference lib="dom" />
import type * as Library from "@observablehq/plot";
import { loadScript } from "./load_script.ts";

declare global {
  /** The charting library, once it is loaded. */
  var Plot: typeof Library | undefined;
}

let loading: Promise<typeof Library> | undefined;

/** The charting library, as its packages ship it for pages; loaded when the first chart is drawn, as the table needs none. */
export function chartingLibrary(): Promise<typeof Library> {
  return loading ??= (async () => {
    for (const name of ["d3.min.js", "plot.umd.min.js"]) await loadScript(`./${name}`);
    if (globalThis.Plot === undefined) throw new Error("plot.umd.min.js");
    return globalThis.Plot;
  })();
}
