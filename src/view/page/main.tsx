/// <reference lib="dom" />
/**
 * The page of `view`; in a worker, what compares for it.
 *
 * @module
 */
import { render } from "preact";
import { App } from "./app.tsx";
import { answerComparisons } from "./ask_comparison.ts";
import { exportedSource, SERVER } from "./data.ts";

if (typeof document === "undefined") answerComparisons();
else {
  const { softpromptData } = globalThis;
  render(<App source={softpromptData ? exportedSource(softpromptData) : SERVER} />, document.body);
}
