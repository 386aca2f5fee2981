import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { call, inFolder, writeExperiment } from "../commands/softprompt.ts";
import { countingSessions } from "../device/counting_sessions.ts";

const SOFT = { kind: "soft", length: 2, template: "{prompt} {text} it was {mask} ." };

/** Experiments, and the sessions that each opens: with a check of the model's own file, and where the outcome is known. */
const EXPERIMENTS: Readonly<
  Record<string, readonly [keys: Record<string, unknown>, checked: number, known: number]>
> = {
  // The file; the answer, the step, the update; the embeddings for the check, before the tuning and after it.
  "that tunes a prompt": [{ prompt: SOFT }, 7, 5],
  "of an untuned prompt": [{ prompt: SOFT, tune: "none", training: undefined }, 5, 3],
  "of a hard prompt": [
    { prompt: { kind: "hard", template: "{text} it was {mask} ." }, training: undefined },
    2,
    1,
  ],
};

for (const [what, [keys, checked, known]] of Object.entries(EXPERIMENTS)) {
  Deno.test(`a run ${what} uses the session that was checked, and leaves none open`, () =>
    inFolder(async (folder) => {
      const file = await writeExperiment(folder, keys);
      const results = join(folder, "results");
      for (const [seed, opened] of [[0, checked], [1, known]] as const) {
        const run = () => call(["run", file, "--results", results, "--set", `seed=${seed}`]);
        assertEquals(await countingSessions(run), { opened, left: 0 });
      }
    }));
}

Deno.test("fused runs share the session that was checked, and leave none open", () =>
  inFolder(async (folder) => {
    const training = { batchSize: 8, steps: 2 };
    const file = await writeExperiment(folder, { prompt: SOFT, training, sweep: { seed: [0, 1] } });
    const run = () => call(["batch", file, "--results", join(folder, "results"), "--fuse", "on"]);
    // The file; the answer, the step, the update; the embeddings for the check, and twice for each run.
    assertEquals(await countingSessions(run), { opened: 9, left: 0 });
  }));

Deno.test("an ensemble uses the session that was checked, and leaves none open", () =>
  inFolder(async (folder) => {
    const training = { batchSize: 8, steps: 2 };
    const ensemble = { sweep: "seed" };
    const file = await writeExperiment(folder, { prompt: SOFT, training, sweep: { seed: [0, 1] }, ensemble });
    const run = () => call(["batch", file, "--results", join(folder, "results")]);
    // As the fused runs, and then the file, the bank's answer and the embeddings for the check.
    assertEquals(await countingSessions(run), { opened: 12, left: 0 });
  }));

Deno.test("a run that its check refuses leaves no session open", () =>
  inFolder(async (folder) => {
    const file = await writeExperiment(folder, { prompt: SOFT });
    const path = join(folder, "model/onnx/model.onnx");
    const bytes = await Deno.readFile(path);
    // No numbers in the middle of the weights.
    await Deno.writeFile(path, bytes.fill(0xff, bytes.length / 2, bytes.length / 2 + 4096));
    const run = async () => {
      const { code, stderr } = await call(["run", file, "--results", join(folder, "results")]);
      assertEquals(code, 2, stderr);
      assertStringIncludes(stderr, "are not all finite numbers");
    };
    assertEquals(await countingSessions(run), { opened: 3, left: 0 });
  }));
