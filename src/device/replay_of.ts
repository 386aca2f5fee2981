import type { Replay } from "./device.ts";

/** A step is recorded at once: there are many to come. */
const STEPS_BEFORE = 1;

/** A recording takes the host as long as some ten batches that are classified without one (`deno task bench:devices host`). */
const ANSWERS_BEFORE = 8;

/** Asks for steps to be recorded and replayed. @param log takes one line that says why they are not */
export function stepReplay(log: Replay["log"]): Replay {
  return { what: "steps", after: STEPS_BEFORE, log };
}

/** Asks for forward passes to be recorded and replayed. @param log as for {@linkcode stepReplay} */
export function answerReplay(log: Replay["log"]): Replay {
  return { what: "answers", after: ANSWERS_BEFORE, log };
}
