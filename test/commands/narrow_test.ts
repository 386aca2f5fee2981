import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import stringWidth from "string-width";
import { main } from "../../src/cli.ts";
import { madeUpRun } from "../diff/runs.ts";
import { writeRecord } from "../results/write_record.ts";
import { RecordingIo } from "../terminal/recording_io.ts";
import { writeBegun } from "./begun_runs.ts";
import { inFolder, writeExperiment } from "./softprompt.ts";

/** The lines of a call at a terminal of 40 columns that are wider than it. */
async function tooWide(args: readonly string[], code = 0): Promise<string[]> {
  const io = new RecordingIo("", { columns: 40, answer: false });
  assertEquals(await main(args, io), code, io.stderr);
  assert(io.stdout.length > 0);
  return io.stdout.split("\n").filter((line) => stringWidth(line) > 40);
}

Deno.test("the tables of list, clean, doctor and diff fit into 40 columns", () =>
  inFolder(async (folder) => {
    const results = join(folder, "results");
    const run = madeUpRun({ good: [0.1, 0.9, 0.2, 0.8, 0.6, 0.7] });
    const a = await writeRecord(join(results, "a-run-with-a-long-name/prompt.length=20,seed=1"), run);
    await writeBegun(join(results, "begun"), { status: "failed", error: "a long error, ".repeat(20) });
    assertEquals(await tooWide(["list", results]), []);
    assertEquals(await tooWide(["clean", "--results", results]), []);
    assertEquals(await tooWide(["doctor", "--results", results]), []);
    const text = (lines: readonly string[]) =>
      lines.filter((line) => !/^[AB] {2}|^\d|^A difference|^The |^ {2}\[/.test(line));
    assertEquals(text(await tooWide(["diff", a, a])), []);
  }));

Deno.test("of show, only its first line and the command are as long as the paths in them", () =>
  inFolder(async (folder) => {
    const results = join(folder, "results");
    const file = await writeExperiment(folder, {
      prompt: { kind: "hard", template: "{text} it was {mask} ." },
      training: undefined,
    });
    assertEquals(await main(["run", file, "--results", results], new RecordingIo()), 0);
    const wide = await tooWide(["show", join(results, "small")]);
    assertEquals(wide.map((line) => line.split(" ")[0]), [`${join(results, "small")}:`, "again:"]);
  }));
