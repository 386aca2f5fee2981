import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { readSide } from "../../src/diff/side.ts";
import { inFolder } from "../commands/softprompt.ts";
import { writeRecord } from "../results/write_record.ts";
import { madeUpRun } from "./runs.ts";

Deno.test("many runs are read in their order, and what is left out is listed in it", () =>
  inFolder(async (folder) => {
    for (let seed = 0; seed < 30; seed++) {
      await writeRecord(join(folder, `seed=${seed}`), madeUpRun({ good: [0.2, 0.9], seed }));
    }
    for (const seed of [9, 3, 21]) await Deno.writeTextFile(join(folder, `seed=${seed}/metrics.json`), "{");
    for (const seed of [19, 4]) {
      await Deno.writeTextFile(
        join(folder, `seed=${seed}/metrics.json`),
        '{"status":"interrupted","error":"x"}',
      );
    }
    const { groups, damaged, unfinished } = await readSide(folder);
    const left = [3, 4, 9, 19, 21];
    assertEquals(
      groups.map(({ runs }) => runs.map(({ experiment }) => experiment.seed)),
      [Array.from({ length: 30 }, (_, seed) => seed).filter((seed) => !left.includes(seed))],
    );
    assertEquals(damaged.map((line) => /seed=\d+/.exec(line)?.[0]), ["seed=3", "seed=9", "seed=21"]);
    assertEquals(unfinished, ["seed=4", "seed=19"].map((name) => join(folder, name)));
  }));
