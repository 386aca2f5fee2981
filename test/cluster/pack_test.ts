import { assert, assertEquals } from "@std/assert";
import { pack, type Packable } from "../../src/cluster/pack.ts";

/** Runs of some lengths, of a few compiled steps. */
function runsOf(seconds: readonly number[], steps: number): (Packable & { readonly id: number })[] {
  return seconds.map((one, id) => ({ id, seconds: one, shareKey: `step ${id * 7919 % steps}` }));
}

/** Pseudo-random numbers between 0 and 1 (Park and Miller 1988). */
function numbers(count: number): number[] {
  let state = 1;
  return Array.from({ length: count }, () => (state = state * 48271 % 2147483647) / 2147483647);
}

/** When the last task ends, of a scheduler that starts them in their order whenever a slot is free. */
function simulated(tasks: readonly { readonly seconds: number }[], slots: number): number {
  const free = Array.from({ length: slots }, () => 0);
  for (const { seconds } of tasks) free[free.indexOf(Math.min(...free))]! += seconds;
  return Math.max(...free);
}

const LENGTHS: Readonly<Record<string, (x: number) => number>> = {
  "equal": () => 90,
  "from one to ten minutes": (x) => 60 + 540 * x,
  "a few that take hours": (x) => Math.min(30 / x, 7200),
};

for (const [name, lengthOf] of Object.entries(LENGTHS)) {
  Deno.test(`10,000 runs, ${name}: a scheduler ends at most 5% after the best there can be`, () => {
    const runs = runsOf(numbers(10_000).map(lengthOf), 12);
    const total = runs.reduce((sum, { seconds }) => sum + seconds, 0);
    const longest = Math.max(...runs.map(({ seconds }) => seconds));
    for (const slots of [1, 8, 50, 333]) {
      const { tasks, seconds } = pack(runs, { slots, most: 3600 });
      const ended = simulated(tasks, slots);
      assert(ended <= 1.05 * Math.max(total / slots, longest), `${slots} slots: ${ended}`);
      assert(Math.abs(ended - seconds) < 1e-6 * ended, "the reported makespan is the scheduler's");
      assert(tasks.every(({ runs, seconds }) => seconds <= 3600 || runs.length === 1));
      const ids = tasks.flatMap(({ runs }) => runs.map(({ id }) => id));
      assertEquals(ids.toSorted((a, b) => a - b), runs.map(({ id }) => id), "each run is in one task");
    }
  });
}

Deno.test("runs that share a compiled step are in one task where that makes nothing later", () => {
  const runs = Array.from({ length: 12 }, (_, id) => ({ id, seconds: 60, shareKey: "abc"[id % 3]! }));
  const { tasks, seconds } = pack(runs, { slots: 3, most: 3600 });
  assertEquals(tasks.map(({ runs }) => runs.map(({ shareKey }) => shareKey).join("")), [
    "aaaa",
    "bbbb",
    "cccc",
  ]);
  assertEquals(seconds, 240);
});

Deno.test("a run that takes longer than a task may has one of its own, and nothing makes no task", () => {
  const runs = [100, 4000, 200].map((seconds) => ({ seconds, shareKey: "" }));
  const { tasks } = pack(runs, { slots: 1, most: 3600 });
  assertEquals(tasks.map(({ seconds }) => seconds), [4000, 300]);
  assertEquals(pack([], { slots: 4, most: 60 }), { tasks: [], seconds: 0 });
});
