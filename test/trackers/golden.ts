/**
 * Writes `test/fixtures/tensorboard/events.out.tfevents.1769860801.softprompt`, which TensorBoard's own reader was seen to read: run
 * `read_events.py` beside it again after a change.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import { eventsFile } from "../../src/trackers/tensorboard.ts";
import { reportedRun } from "./reported_run.ts";

/** The file. */
export const GOLDEN: string = fromFileUrl(
  new URL("../fixtures/tensorboard/events.out.tfevents.1769860801.softprompt", import.meta.url),
);

if (import.meta.main) await Deno.writeFile(GOLDEN, eventsFile(reportedRun()));
