import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { exportedPositive } from "../commands/exported.ts";
import { call, inFolder, readLines, writeExperiment } from "../commands/softprompt.ts";

const json = async (...path: string[]) => JSON.parse(await Deno.readTextFile(join(...path)));
type Line = Readonly<{ text: string; label: string; probabilities: Record<string, number> }>;

const logOdds = ({ probabilities: { positive, negative } }: Pick<Line, "probabilities">) =>
  Math.log(positive! / negative!);

Deno.test("a run's probabilities are calibrated on content-free inputs and the validation set, wherever it is used", () =>
  inFolder(async (folder) => {
    const evaluation = { calibrate: ["contextual", "temperature"] };
    const training = { batchSize: 8, steps: 6 };
    const plain = await call(["run", await writeExperiment(folder, { training }), "--results", folder]);
    assertEquals(plain.code, 0, plain.stderr);
    const file = await writeExperiment(folder, { name: "right", training, evaluation });
    const { code, stderr } = await call(["run", file, "--results", folder]);
    assertEquals(code, 0, stderr);
    const [before, after] = await Promise.all(["small", "right"].map(async (name) => ({
      metrics: await json(folder, name, "metrics.json"),
      lines: await readLines(join(folder, name, "predictions.jsonl")) as unknown as Line[],
    })));
    const { shift, temperature } = after!.metrics.calibration;
    assertEquals(after!.metrics.calibration.before.test, before!.metrics.test);
    assert(after!.metrics.validation.loss <= before!.metrics.validation.loss);
    for (const [i, line] of after!.lines.entries()) {
      const right = (logOdds(before!.lines[i]!) - shift.positive + shift.negative) / temperature;
      assertAlmostEquals(logOdds(line), right, 1e-3);
    }
    assertStringIncludes(await Deno.readTextFile(join(folder, "right/report.html")), "before calibration");

    const [line] = after!.lines as [Line];
    const asked = await call(["predict", join(folder, "right"), line.text]);
    assertAlmostEquals(JSON.parse(asked.stdout).probabilities.positive, line.probabilities.positive!, 1e-5);
    const out: string = join(folder, "classifier");
    const exported = await call(["export", join(folder, "right"), "--format", "onnx", "--out", out]);
    assertEquals(exported.code, 0, exported.stderr);
    assertAlmostEquals(await exportedPositive(out, line.text), line.probabilities.positive!, 1e-5);

    // An input without content says nothing once it is shifted.
    const shifted = await writeExperiment(folder, {
      name: "shifted",
      training,
      evaluation: { calibrate: ["contextual"], contentFree: ["n/a"] },
    });
    assertEquals((await call(["run", shifted, "--results", folder])).code, 0);
    const nothing = await call(["predict", join(folder, "shifted"), "n/a"]);
    assertAlmostEquals(JSON.parse(nothing.stdout).probabilities.positive, 0.5, 1e-5);

    const wrong = async (changes: Record<string, unknown>, message: string) => {
      const { code, stderr } = await call(["validate", await writeExperiment(folder, changes)]);
      assertEquals(code, 2, stderr);
      assertStringIncludes(stderr, message);
    };
    await wrong({ evaluation: { contentFree: ["x"] } }, "'contentFree' goes with 'calibrate: [contextual]'");
    const shares = { split: { test: 0.2, seed: 0 }, validation: 0 };
    const data = { file: "x.tsv", ...shares };
    await wrong(
      { dataset: data, evaluation: { calibrate: ["temperature"] } },
      "a temperature is fitted to a validation set",
    );
  }));
