import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { readSide } from "../../src/diff/side.ts";
import { InputError } from "../../src/base/errors.ts";
import { KeptPredictions, TooManyPredictions } from "../../src/results/kept_predictions.ts";
import { inFolder } from "../commands/softprompt.ts";
import { madeUpRun } from "../diff/runs.ts";
import { writeRecord } from "./write_record.ts";

const RUN = madeUpRun({ good: [0.1, 0.9] });

Deno.test("predictions are kept as they are, up to a number for all runs together", () => {
  const kept = new KeptPredictions(2);
  assertEquals(RUN.predictions.map((one) => kept.keep(one)), RUN.predictions);
  assertThrows(() => kept.keep(RUN.predictions[0]!), TooManyPredictions, "more than 2 predictions");
});

Deno.test("a comparison of more runs than fit into memory is refused, with the way out", () =>
  inFolder(async (folder) => {
    await writeRecord(`${folder}/a`, RUN);
    await writeRecord(`${folder}/b`, RUN);
    await assertRejects(
      () => readSide(folder, new KeptPredictions(3)),
      InputError,
      "the runs have more than 3 predictions together, which do not fit into memory: give fewer of them",
    );
  }));
