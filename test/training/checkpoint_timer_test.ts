import { assert, assertEquals } from "@std/assert";
import { CheckpointTimer, type TimerOptions } from "../../src/training/checkpoint_timer.ts";

/** Takes steps of one length, and checkpoints that each take as long; what was spent on them, of how much, and after which steps. */
function follow(
  steps: number,
  stepSeconds: number,
  cost: number,
  perEpoch: number,
  options: TimerOptions = {},
) {
  let now = 0;
  const timer = new CheckpointTimer({ now: () => now, ...options });
  const kept: number[] = [];
  for (let step = 1; step <= steps; step++) {
    now += stepSeconds * 1000;
    if (!timer.isDue(step, step % perEpoch === 0)) continue;
    const began = timer.time();
    now += cost * 1000;
    timer.count(step, began);
    kept.push(step);
  }
  return { kept, share: kept.length * cost * 1000 / now };
}

Deno.test("a cheap checkpoint comes every second, however long an epoch lasts", () => {
  const { kept } = follow(1000, 0.1, 0.001, Infinity);
  assertEquals(kept.slice(0, 3), [10, 20, 30]);
  assertEquals(follow(10, 30, 0.001, Infinity).kept, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

Deno.test("each epoch ends with one where that is cheap", () => {
  assertEquals(follow(20, 0.01, 0.0001, 5).kept, [5, 10, 15, 20]);
});

Deno.test("checkpoints take a twentieth of the time at most, whatever each of them takes", () => {
  for (const cost of [0.01, 0.3, 5, 60]) {
    for (const perEpoch of [3, 50, Infinity]) {
      const bytes = cost * 1e8;
      const { kept, share } = follow(50_000, 0.2, cost, perEpoch, { bytes });
      assert(share <= 0.05 && share > 0.005 && kept.length > 5, `${cost} s, ${perEpoch}: ${share}`);
    }
  }
});

Deno.test("runs that share a timer have checkpoints after the same steps", () => {
  let now = 0;
  const timer = new CheckpointTimer({ now: () => now, everyEpoch: true });
  for (let step = 1; step <= 40; step++) {
    const answers = [1, 2, 3].map(() => (now += 120, timer.isDue(step, step % 7 === 0)));
    assertEquals(new Set(answers).size, 1);
    assert(step % 7 !== 0 || answers[0]);
    if (answers[0]) { for (let run = 0; run < 3; run++) timer.count(step, timer.time() - 2); }
  }
});
