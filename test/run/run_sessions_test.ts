import { assertEquals } from "@std/assert";
import type { Compiled, PromptGraphs } from "../../src/compiler/mod.ts";
import type { GraphFile, Replay } from "../../src/device/device.ts";
import { Stopwatch } from "../../src/device/stopwatch.ts";
import { logDownloads } from "../../src/hub/log_downloads.ts";
import type { Prepared } from "../../src/run/prepare.ts";
import { ResourceCache } from "../../src/run/resource_cache.ts";
import { RunSessions } from "../../src/run/run_sessions.ts";
import { FusedSteps } from "../../src/training/fused_steps.ts";
import { FakeDevice, graphOf } from "./fake_device.ts";

const PREPARED = {
  experiment: { tune: "prompt", prompt: { insertion: "embedding-output" }, precision: "float32" },
  model: { onnx: "m.onnx", sha256: "0" },
} as unknown as Prepared;

const COMPILED = {
  train: graphOf(1),
  update: graphOf(2),
  answer: graphOf(3),
} as unknown as Compiled;

const BANK = { train: graphOf(4), predict: graphOf(5), answer: graphOf(6) } as unknown as PromptGraphs;

function sessionsOf(device: FakeDevice, keepsSessions: boolean) {
  const resources = new ResourceCache({ reporter: logDownloads(() => {}), keepsSessions });
  return () =>
    new RunSessions(PREPARED, device, { target: "cpu", precision: "float32" }, new Stopwatch(), {
      resources,
      slot: undefined,
    });
}

Deno.test("runs that begin at once open one compiled step", async () => {
  const device = new FakeDevice();
  const ofRun = sessionsOf(device, true);
  const runs = Array.from({ length: 4 }, ofRun);
  await Promise.all(runs.map((run) => run.tuning({ prompt: COMPILED })));
  for (const run of runs) await run.end();
  assertEquals(device.events, ["open 1", "open 2", "open 3"]);
});

Deno.test("a run alone frees its training step before it classifies, and the rest when it is over", async () => {
  const device = new FakeDevice();
  const run = sessionsOf(device, false)();
  const { answer, endSteps } = await run.tuning({ prompt: COMPILED });
  await endSteps();
  assertEquals(device.events.slice(3), ["release 1", "release 2"]);
  await answer.run({});
  await run.end();
  assertEquals(device.events.slice(5), ["release 3"]);
});

Deno.test("steps, of one prompt and of several, and answers are asked to be replayed", async () => {
  const asked: (readonly [graph: number, what: string | undefined])[] = [];
  const device = new FakeDevice();
  const [open, openResident] = [device.open.bind(device), device.openResident.bind(device)];
  const note = ({ bytes }: GraphFile, replay?: Replay) => asked.push([bytes[0]!, replay?.what]);
  device.open = (graph: GraphFile, replay?: Replay) => (note(graph, replay), open(graph));
  device.openResident = (graph: GraphFile, replay?: Replay) => (note(graph, replay), openResident(graph));
  const resources = new ResourceCache({ reporter: logDownloads(() => {}), keepsSessions: false });
  const target = { target: "cpu", precision: "float32" } as const;
  const [slot] = new FusedSteps(1).slots;
  for (
    const [own, notReplayed] of [[undefined, () => {}], [slot, () => {}], [undefined, undefined]] as const
  ) {
    const stopwatch = new Stopwatch();
    const run = new RunSessions(PREPARED, device, target, stopwatch, { resources, slot: own }, notReplayed);
    await run.tuning({ prompt: COMPILED, bank: own && BANK });
    await run.end();
  }
  const [steps, answers] = ["steps", "answers"];
  assertEquals(asked, [
    ...[[1, steps], [2, steps], [3, answers]],
    ...[[4, steps], [2, steps], [3, answers]],
    ...[[1, undefined], [2, undefined], [3, undefined]],
  ]);
});
