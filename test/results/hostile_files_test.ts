import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { DamagedRun } from "../../src/results/damaged_run.ts";
import { readPrompt } from "../../src/results/read_prompt.ts";
import { readRun, readSummary } from "../../src/results/read_run.ts";
import { readWeights } from "../../src/results/model_weights.ts";
import { madeUpRun } from "../diff/runs.ts";
import { writeRecord } from "./write_record.ts";
import { call, inFolder } from "../commands/softprompt.ts";

const RUN = madeUpRun({ good: [0.1, 0.9] });
const DEEP = `{"a":${"[".repeat(20_000)}${"]".repeat(20_000)}}`;
const FILES = ["experiment.yaml", "metrics.json", "environment.json", "predictions.jsonl"];

Deno.test("a file of a run that is nested too deeply is damaged, and named", () =>
  inFolder(async (folder) => {
    for (const name of FILES) {
      await writeRecord(folder, RUN);
      await Deno.writeTextFile(join(folder, name), DEEP);
      const { message } = await assertRejects(() => readRun(folder), DamagedRun);
      assertStringIncludes(message, `${join(folder, name)} is damaged (`);
    }
    await Deno.writeTextFile(join(folder, "summary.json"), DEEP);
    await assertRejects(() => readSummary(folder), DamagedRun, "nested");
  }));

Deno.test("a file of a run that is huge is refused with its size, and not read", () =>
  inFolder(async (folder) => {
    const readers = { "prompt.safetensors": readPrompt, "model.safetensors": readWeights };
    const all = { ...Object.fromEntries(FILES.map((name) => [name, readRun])), ...readers };
    for (const [name, read] of Object.entries(all)) {
      await writeRecord(folder, RUN);
      await Deno.truncate(join(folder, name), 40 * 2 ** 30).catch(async () => {
        await Deno.writeTextFile(join(folder, name), "");
        await Deno.truncate(join(folder, name), 40 * 2 ** 30);
      });
      await assertRejects(
        () => Promise.resolve(read(folder)),
        DamagedRun,
        `${join(folder, name)} is too large to be read (40 GiB, and at most `,
      );
    }
  }));

Deno.test("a saved report that is huge is refused with its size", () =>
  inFolder(async (folder) => {
    const report: string = join(folder, "report.html");
    await Deno.writeTextFile(report, "");
    await Deno.truncate(report, 40 * 2 ** 30);
    const { code, stderr } = await call(["diff", report, report]);
    assertEquals(code, 2);
    assertStringIncludes(
      stderr,
      `${report} is too large to be read (40 GiB, and at most 256 MiB): name a run's folder`,
    );
  }));
