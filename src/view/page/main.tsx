/// <reference lib="dom" />
/**
 * The page of `view`.
 *
 * @module
 */
import { render } from "preact";
import { App } from "./app.tsx";
import { exportedSource, SERVER } from "./data.ts";

const { softpromptData } = globalThis;
render(<App source={softpromptData ? exportedSource(softpromptData) : SERVER} />, document.body);
