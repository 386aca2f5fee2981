import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { DiskError } from "../../src/disk/on_disk.ts";
import { parseExperiment } from "../../src/experiment/parse.ts";
import { withSha256 } from "../../src/base/sha256.ts";
import { jsonText } from "../../src/results/json_text.ts";
import type { MetricsFile } from "../../src/results/metrics_file.ts";
import { readFinished } from "../../src/results/read_run.ts";
import { RunFolder } from "../../src/results/run_folder.ts";
import { RunHistory } from "../../src/results/run_history.ts";
import { experimentYaml } from "../../src/results/experiment_yaml.ts";
import { experimentSha256 } from "../../src/results/own_files.ts";
import { inFolder } from "../commands/softprompt.ts";
import { stoppingAfter } from "../disk/stopping_disk.ts";
import { contentOf, WHOLE_ENVIRONMENT, wholeMetrics, wholePart } from "./whole_run.ts";

const EXPERIMENT = parseExperiment(
  `{ name: x, model: { source: m }, dataset: { name: rt-polarity }, verbalizer: { negative: [b], positive: [d] },
     prompt: { kind: hard, template: "{text} {mask}" } }`,
  "x.yaml",
);
const METRICS: MetricsFile = {
  ...wholeMetrics(0),
  test: { ...wholePart(0), accuracy: { value: 1, interval: [0, 1] } },
};

/** The history of a run in a results folder, and what it said. */
class Place {
  readonly said: string[] = [];
  readonly path: string;
  readonly history: RunHistory;

  constructor(readonly results: string, run = "x") {
    this.path = join(results, run);
    this.history = new RunHistory(results, this.path, (line) => this.said.push(line));
  }

  /** Replaces the run by a complete one, as a run does. @param at its time: a day of January */
  async put(hash: string, at: number, samples = "samples"): Promise<void> {
    await RunFolder.recover(this.path, this.history.retire);
    const folder = await RunFolder.begin(this.path, contentOf(hash), EXPERIMENT, false, this.history.retire);
    for (
      const [name, text] of [["samples.md", samples], ["report.html", ""], ["predictions.jsonl", ""]] as const
    ) {
      await folder.writeText(name, text);
    }
    const time = new Date(Date.UTC(2026, 0, at)).toISOString();
    const files = {
      ...await folder.hashes(),
      "experiment.yaml": experimentSha256(experimentYaml(EXPERIMENT)),
    };
    const environment = { ...WHOLE_ENVIRONMENT, time, content_hash: hash, files };
    await folder.writeText("environment.json", jsonText(withSha256(environment)));
    await folder.complete(METRICS);
  }

  async now(): Promise<string | undefined> {
    return (await readFinished(this.path))?.contentHash;
  }

  /** The kept runs: the name's hash, in the order of their times. */
  kept(run = "x"): string[] {
    try {
      const entries = [...Deno.readDirSync(join(this.results, ".history", run))];
      return entries.map(({ name }) => name).sort().map((name) => name.replace(/^.*-/, ""));
    } catch {
      return [];
    }
  }
}

Deno.test("a complete run of another content that is replaced is kept whole; of the same content, it is not", () =>
  inFolder(async (results) => {
    const place = new Place(results);
    await place.put("one", 1);
    await place.put("one", 2);
    assertEquals([place.kept(), place.said], [[], []]);
    await place.put("two", 3);
    assertEquals([await place.now(), place.kept()], ["two", ["one"]]);
    const kept = join(results, ".history/x/20260102T000000.000Z-one");
    assertEquals(place.said, [`the complete run that was there is now in ${kept}`]);
    assertEquals((await readFinished(kept))?.contentHash, "one");
    assertEquals([...Deno.readDirSync(results)].map(({ name }) => name).sort(), [".history", "x"]);
  }));

Deno.test("a damaged run, or one that is not complete, is not kept; the damage is reported", () =>
  inFolder(async (results) => {
    const place = new Place(results);
    await place.put("one", 1);
    await Deno.writeTextFile(join(place.path, "samples.md"), "other");
    await place.put("two", 2);
    assertEquals(place.kept(), []);
    const [said = ""] = place.said;
    assertStringIncludes(
      said,
      `the run that was there was damaged (${join(place.path, "samples.md")} was changed`,
    );
    await Deno.writeTextFile(join(place.path, "metrics.json"), `{"status":"failed","error":"x"}`);
    await place.put("three", 3);
    assertEquals([place.kept(), place.said.length], [[], 1]);
  }));

Deno.test("ten runs of a path are kept, and a gigabyte of them; the oldest go, and that is reported", () =>
  inFolder(async (results) => {
    const place = new Place(results);
    const other = new Place(results, "x/seed=0");
    await other.put("v1", 1);
    await other.put("v2", 2);
    for (let day = 1; day <= 13; day++) await place.put(`r${day}`, day);
    assertEquals(
      place.kept().filter((hash) => hash !== "seed=0"),
      Array.from({ length: 10 }, (_, i) => `r${i + 3}`),
    );
    assertEquals(place.said.filter((line) => line.includes("is removed")).length, 2);
    assertEquals(place.kept("x/seed=0"), ["v1"]);
    const [large] = [...Deno.readDirSync(join(results, ".history/x"))].filter(({ name }) =>
      name.endsWith("-r9")
    );
    using file = await Deno.open(join(results, ".history/x", large!.name, "large"), {
      create: true,
      write: true,
    });
    await file.truncate(999_999_000);
    await place.put("last", 14);
    assertEquals(place.kept().filter((hash) => hash !== "seed=0"), ["r10", "r11", "r12", "r13"]);
  }));

Deno.test("a kept run is put back where its content is asked for, and the one in its place is kept instead", () =>
  inFolder(async (results) => {
    const place = new Place(results);
    const asked = (contentHash: string) => ({ contentHash, pathlessHash: "p" });
    await place.put("one", 1);
    await place.put("two", 2);
    assertEquals(await place.history.restore(asked("three")), undefined);
    assertEquals((await place.history.restore(asked("one")))?.contentHash, "one");
    assertEquals([await place.now(), place.kept()], ["one", ["two"]]);
    const [kept] = [...Deno.readDirSync(join(results, ".history/x"))];
    await Deno.writeTextFile(join(results, ".history/x", kept!.name, "samples.md"), "other");
    assertEquals(await place.history.restore(asked("two")), undefined);
    assertEquals([await place.now(), place.kept()], ["one", ["two"]]);
  }));

Deno.test("wherever a replacement or a restoration is killed, both runs are whole when it is called again", async () => {
  const acts: Readonly<Record<string, (place: Place) => Promise<unknown>>> = {
    replaced: (place) => place.put("two", 2),
    restored: (place) => place.history.restore({ contentHash: "two", pathlessHash: undefined }),
  };
  for (const [how, act] of Object.entries(acts)) {
    let steps = 0;
    for (let isStopped = true; isStopped; steps++) {
      await inFolder(async (results) => {
        const place = new Place(results);
        if (how === "restored") await place.put("two", 2);
        await place.put("one", 1);
        isStopped = (await stoppingAfter(steps, "killed", () => act(place))).isStopped;
        await RunFolder.recover(place.path, place.history.retire);
        const now = await place.now();
        if (now !== "two") {
          assertEquals(now, "one", `${how} ${steps}`);
          await act(place);
        }
        assertEquals([await place.now(), place.kept()], ["two", ["one"]], `${how}, killed after ${steps}`);
      });
    }
    assert(steps > 3, `${how}: ${steps}`);
  }
});

Deno.test({
  name: "a link in a run's place is replaced, and no run: that stays in the folder that the link leads to",
  // Links need a privilege on Windows.
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (results) => {
      const elsewhere = new Place(join(results, "elsewhere"));
      await elsewhere.put("one", 1);
      const place = new Place(results);
      await Deno.symlink("elsewhere/x", place.path);
      await place.put("two", 2);
      assertEquals([await place.now(), await elsewhere.now(), place.kept()], ["two", "one", []]);
      assertEquals(place.said, ["what was there was a link to elsewhere/x, where its results are still"]);
      await place.put("three", 3);
      assertEquals([await place.now(), place.kept()], ["three", ["two"]]);
    }),
});

Deno.test("a file in the place of a history is named, and the run is kept when it is gone", () =>
  inFolder(async (results) => {
    const place = new Place(results);
    await place.put("one", 1);
    const file = join(results, ".history");
    await Deno.writeTextFile(file, "");
    await assertRejects(() => place.put("two", 2), DiskError, `${file} is a file, and must be a folder`);
    await Deno.remove(file);
    await place.put("two", 2);
    assertEquals([await place.now(), place.kept()], ["two", ["one"]]);
  }));
