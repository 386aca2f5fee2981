import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { eventsFile, TensorBoard } from "../../src/trackers/tensorboard.ts";
import { TrackerError } from "../../src/trackers/tracker.ts";
import seen from "../fixtures/tensorboard/seen.json" with { type: "json" };
import { inFolder } from "../commands/softprompt.ts";
import { GOLDEN } from "./golden.ts";
import { reportedRun } from "./reported_run.ts";

Deno.test("a run's events are those that TensorBoard's own reader was seen to read", async () => {
  assertEquals(eventsFile(reportedRun()), await Deno.readFile(GOLDEN));
});

Deno.test("what TensorBoard's own reader read is what the run has", () => {
  const { history, results, step, yaml } = reportedRun();
  const points = (found: readonly (readonly number[])[]) => found.map(([, step, value]) => [step, value]);
  const { scalars } = seen;
  assertEquals(points(scalars["train/loss"]), history.map(({ step, loss }) => [step, loss]));
  assertEquals(points(scalars["validation/accuracy"]), [[10, 0.5], [30, 0.875]]);
  assertEquals(points(scalars["test/accuracy"]), [[step, results.get("test/accuracy")!]]);
  const [[, , text]] = seen.tensors.experiment as [[number, number, string]];
  assertEquals(text.replaceAll(/^ {4}/gm, ""), yaml.trimEnd());
});

Deno.test("a run has one file of events: an earlier one is replaced, and files of others stay", () =>
  inFolder(async (folder) => {
    const own = new TensorBoard(undefined);
    const into = join(folder, "tensorboard");
    await own.report(reportedRun({ folder }));
    await own.report(reportedRun({ folder }));
    await Deno.writeTextFile(join(into, "events.out.tfevents.1.host.2.3"), "");
    await own.report(reportedRun({ folder, ended: new Date("2026-02-01T12:00:00.000Z") }));
    const names = (await Array.fromAsync(Deno.readDir(into))).map(({ name }) => name).sort();
    assertEquals(names, ["events.out.tfevents.1.host.2.3", "events.out.tfevents.1769947200.softprompt"]);
  }));

Deno.test("in a folder that is named, each run has its own by its name; a file in its place is an error", () =>
  inFolder(async (folder) => {
    await new TensorBoard(join(folder, "all")).report(reportedRun());
    const file = join(folder, "all/sentiment/length=5/events.out.tfevents.1769860801.softprompt");
    assertEquals((await Deno.stat(file)).isFile, true);
    await assertRejects(() => new TensorBoard(file).report(reportedRun()), TrackerError);
  }));
