import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import stringWidth from "string-width";
import { main } from "../../src/cli.ts";
import { Lock, lockPath } from "../../src/disk/lock.ts";
import { madeUpRun } from "../diff/runs.ts";
import { writeRecord } from "../results/write_record.ts";
import { RecordingIo } from "../terminal/recording_io.ts";
import { writeBegun } from "./begun_runs.ts";
import { call, inFolder } from "./softprompt.ts";

/** A run that gets some of 20 examples right, the first ones, and ended at some time. */
function runOf(right: number, time: string) {
  const run = madeUpRun({
    good: Array.from({ length: 20 }, (_, i) => (i % 2 === 1) === (i < right) ? 0.9 : 0.1),
  });
  return { ...run, environment: { ...run.environment, time } };
}

/** Runs of every state. */
async function writeStates(results: string): Promise<void> {
  await writeRecord(join(results, "s/length=5"), runOf(10, "2026-01-02T03:04:05.000Z"));
  await writeRecord(join(results, "s/length=20"), runOf(20, "2026-01-01T03:04:05.000Z"));
  await writeRecord(join(results, "hurt"), runOf(15, "2026-01-03T03:04:05.000Z"));
  await Deno.remove(join(results, "hurt/experiment.yaml"));
  await writeRecord(join(results, "torn"), runOf(15, "2026-01-03T03:04:05.000Z"));
  await Deno.writeTextFile(join(results, "torn/metrics.json"), "{");
  const late = runOf(15, "2026-01-03T03:04:05.000Z");
  await writeRecord(join(results, "late"), {
    ...late,
    environment: { ...late.environment, format: "softprompt-run/9" },
  });
  await writeBegun(join(results, "gone"), { status: "failed", error: "out of memory" });
  await writeBegun(join(results, "stopped"), { status: "interrupted", error: "interrupted" });
  await writeBegun(join(results, "now"));
  await Deno.mkdir(join(results, ".cache/y"), { recursive: true });
  await Deno.writeTextFile(join(results, "notes.txt"), "mine");
}

/** The names and the states of the runs that a call lists. */
async function listed(...args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await call(["list", ...args, "--json"]);
  assertEquals([code, stderr], [0, ""]);
  const { runs } = JSON.parse(stdout);
  return runs.map(({ name, status }: Record<string, string>) => `${name} ${status}`);
}

Deno.test("list has every run with when, what, its metric with the interval, and its status", () =>
  inFolder(async (results) => {
    await writeStates(results);
    const lock = await Lock.tryTake(lockPath(results, "now"));
    try {
      const { code, stdout } = await call(["list", results]);
      assertEquals(code, 0);
      assert(
        /^s\/length=5 +2026-01-02 03:04 +complete +50\.0% +29\.9 to 70\.1 +m, d$/m.test(stdout),
        stdout,
      );
      assert(/^hurt .* damaged .*$/m.test(stdout), stdout);
      assert(/^gone .* failed .*out of memory$/m.test(stdout), stdout);
      assertEquals(await listed(results), [
        "hurt damaged",
        "late newer",
        "s/length=5 complete",
        "s/length=20 complete",
        "torn damaged",
        "gone failed",
        "now running",
        "stopped partial",
      ]);
    } finally {
      lock?.release();
    }
    assertEquals((await listed(results, "--status", "running,partial")).sort(), [
      "now partial",
      "stopped partial",
    ]);
  }));

Deno.test("runs are filtered by name and status, and sorted by time and by metric, the best first", () =>
  inFolder(async (results) => {
    await writeStates(results);
    assertEquals(await listed(results, "--only", "*length=*", "--sort", "metric"), [
      "s/length=20 complete",
      "s/length=5 complete",
    ]);
    assertEquals(
      (await listed(results, "--only", "length", "--sort", "time")).map((one) => one.split(" ")[0]),
      [
        "s/length=5",
        "s/length=20",
      ],
    );
    for (const format of [[], ["--json"]]) {
      const { code, stderr } = await call(["list", results, "--only", "nothing", ...format]);
      assertEquals(code, 2);
      assertStringIncludes(stderr, "--only nothing matches none of the 8 runs");
    }
    const none = ["list", results, "--only", "length", "--status", "failed,damaged"];
    assertEquals(await call(none), { code: 0, stdout: "", stderr: "none of 2 runs is failed or damaged\n" });
    assertEquals(JSON.parse((await call([...none, "--json"])).stdout).runs, []);
    for (const flags of [["--status", "done"], ["--sort", "size"], ["--nope"]]) {
      assertEquals((await call(["list", results, ...flags])).code, 2, flags.join(" "));
    }
  }));

Deno.test("folders without runs, files and nothing at all are wrong use, with the way out", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "file"), "x");
    const said = async (path: string) => {
      const { code, stdout, stderr } = await call(["list", path]);
      assertEquals([code, stdout], [2, ""]);
      assertEquals(await call(["list", path, "--json"]), { code, stdout, stderr });
      return stderr;
    };
    assertStringIncludes(await said(folder), "holds no run: name another folder");
    assertStringIncludes(await said(join(folder, "nowhere")), "there is no folder");
    assertStringIncludes(await said(join(folder, "file")), "is no folder");
    assertEquals((await call(["list", ""])).code, 2);
  }));

Deno.test("names cannot steer the terminal, and the table fits into 40 columns", () =>
  inFolder(async (results) => {
    await writeRecord(join(results, "a\u001b[2Jb\nc"), runOf(10, "2026-01-02T03:04:05.000Z"));
    await writeBegun(join(results, "failed"), { status: "failed", error: "\u001b[31mred\u202e" });
    const io = new RecordingIo("", { columns: 40, hasColors: true });
    assertEquals(await main(["list", results], io), 0);
    for (const raw of ["\u001b[2J", "\u001b[31mred", "\u202e"]) assert(!io.stdout.includes(raw), io.stdout);
    assertStringIncludes(io.stdout, "\\u001b[2J");
    const widths = io.stdout.split("\n").map((line) => stringWidth(line));
    assertEquals(Math.max(...widths) <= 40, true, io.stdout);
  }));

Deno.test("a run that is named by a link is listed, and links in a folder of results are not followed", () =>
  inFolder(async (folder) => {
    const results = join(folder, "results");
    await writeRecord(join(folder, "elsewhere/x"), runOf(10, "2026-01-02T03:04:05.000Z"));
    await Deno.mkdir(results);
    await Deno.symlink(join(folder, "elsewhere"), join(results, "link"));
    await Deno.symlink(results, join(results, "circle"));
    assertEquals((await call(["list", results])).code, 2);
    assertEquals(await listed(join(results, "link")), ["x complete"]);
  }));
