import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { stoppingAfter } from "../disk/stopping_disk.ts";
import { call, inFolder, readLines } from "./softprompt.ts";
import { writeTextModel } from "./text_model.ts";

const LIKELIHOOD: Readonly<Record<string, unknown>> = {
  answer: { kind: "text" },
  verbalizer: { yes: ["very good", "great"], no: ["bad"] },
};
const FREE: Readonly<Record<string, unknown>> = {
  answer: { kind: "text", target: "{answer}" },
  evaluation: { generate: { maxTokens: 3 } },
};
const GENERATED: Readonly<Record<string, unknown>> = {
  answer: { kind: "text", choose: "generate" },
  verbalizer: { yes: ["very", "great"], no: ["it", "is"] },
  evaluation: { generate: { maxTokens: 3 } },
};

/** A small encoder-decoder, two sets of texts with labels and answers, and an experiment. */
async function written(folder: string, name: string, changes: Record<string, unknown>): Promise<string> {
  await writeTextModel(join(folder, "own"), "t5");
  for (const [of, noun] of [["data", "film"], ["others", "plot"]]) {
    const lines = Array.from({ length: 40 }, (_, i) => {
      const word = ["good", "bad", "great", "dull"][i % 4]!;
      return {
        text: `the ${noun} was ${word}${i % 3 ? " and fun" : ""}`,
        label: i % 2 ? "no" : "yes",
        answer: word,
      };
    });
    // Lines that have no right answer.
    const wrong = of === "data"
      ? [{ text: "a" }, { text: "a", answer: "" }, { text: "a", answer: { b: 1 } }]
      : [];
    const all = [...lines, ...wrong.map((line) => ({ ...line, label: "yes" }))];
    await Deno.writeTextFile(
      join(folder, `${of}.jsonl`),
      all.map((line) => `${JSON.stringify(line)}\n`).join(""),
    );
  }
  const file = join(folder, `${name}.yaml`);
  const experiment = {
    name,
    model: { source: "own" },
    dataset: { file: "data.jsonl", missing: "drop", split: { test: 0.3, validation: 0.2 } },
    prompt: { kind: "soft", length: 3, template: "{prompt} {text} answer" },
    training: { batchSize: 8, epochs: 1, optimizer: { learningRate: 0.3 } },
    device: "cpu",
    ...changes,
  };
  await Deno.writeTextFile(file, JSON.stringify(experiment));
  return file;
}

const read = async (path: string) => JSON.parse(await Deno.readTextFile(path));

async function ran(file: string, results: string): Promise<void> {
  const { code, stderr } = await call(["run", file, "--results", results]);
  assertEquals(code, 0, stderr);
}

Deno.test("a prompt goes from one form of answers to the others, and each is scored on other data", () =>
  inFolder(async (folder) => {
    await ran(await written(folder, "first", LIKELIHOOD), folder);
    const from = { from: "run", path: "first" };
    const prompt = { kind: "soft", length: 3, template: "{prompt} {text} answer", initialization: from };
    for (const [name, form] of Object.entries({ likelihood: LIKELIHOOD, free: FREE, generated: GENERATED })) {
      const elsewhere = { ...Object(form.evaluation), transfer: [{ file: "others.jsonl", as: "others" }] };
      const untuned = { ...form, evaluation: elsewhere, prompt, tune: "none", training: undefined };
      await ran(await written(folder, name, untuned), folder);
      const vectors = (run: string) => Deno.readFile(join(folder, run, "prompt.safetensors"));
      assertEquals(await vectors(name), await vectors("first"));
      const { transfer, test } = await read(join(folder, name, "metrics.json"));
      assertEquals(transfer.others.examples, 40);
      assertEquals(Object.keys(transfer.others), Object.keys(test));
      assertEquals((await readLines(join(folder, name, "predictions.others.jsonl"))).length, 40);
    }
    const { dataset } = await read(join(folder, "free/environment.json"));
    assertEquals(dataset.left_out, { absent: 1, empty: 1, not_text: 1 });
    const page = await Deno.readTextFile(join(folder, "free/report.html"));
    for (
      const why of [
        "no column of the right answer",
        "an empty right answer",
        "a right answer that is no text",
      ]
    ) {
      assertStringIncludes(page, why);
    }
    await writeTextModel(join(folder, "other"), "bart");
    const other = await written(folder, "elsewhere", { ...FREE, prompt, model: { source: "other" } });
    const refused = await call(["run", other, "--results", folder]);
    assertEquals(refused.code, 2);
    assertStringIncludes(refused.stderr, "start from a prompt that was tuned with this experiment's model");
  }));

Deno.test("what generated texts do not have is refused by the name of its key", () =>
  inFolder(async (folder) => {
    const ensemble = { ensemble: { sweep: "seed" }, sweep: { seed: [0, 1] } };
    const calibrate = { evaluation: { calibrate: ["contextual"] } };
    const whole = { tune: "all", prompt: { kind: "hard", template: "{text} answer" } };
    for (const form of [FREE, GENERATED]) {
      for (const [changes, key] of [[ensemble, "ensemble"], [calibrate, "evaluation.calibrate"]] as const) {
        const { code, stderr } = await call([
          "validate",
          await written(folder, "x", { ...form, ...changes }),
        ]);
        assertEquals([code, stderr.includes(`'${key}' goes with`)], [2, true], stderr);
      }
    }
    for (const form of [LIKELIHOOD, FREE, GENERATED]) {
      const { code, stderr } = await call(["validate", await written(folder, "x", { ...form, ...whole })]);
      assertEquals(code, 2);
      assertStringIncludes(stderr, "'tune: all' goes with words ('answer.kind: word')");
    }
  }));

for (const [name, form] of [["likelihood", LIKELIHOOD], ["generated classes", GENERATED]] as const) {
  Deno.test(`a run of ${name} that was killed ends in the same bytes when it is called again`, () =>
    inFolder(async (folder) => {
      const file = await written(folder, "run", form);
      const args = (results: string) => ["run", file, "--results", join(folder, results)];
      const whole = await stoppingAfter(Infinity, "killed", () => call(args("whole")));
      assertEquals(whole.result?.code, 0, whole.result?.stderr);
      await stoppingAfter(Math.floor(whole.changes * 0.7), "killed", () => call(args("killed")));
      assertEquals((await call(args("killed"))).code, 0);
      for (const name of ["predictions.jsonl", "history.jsonl", "prompt.safetensors"]) {
        const bytes = (of: string) => Deno.readFile(join(folder, of, "run", name));
        assertEquals(await bytes("killed"), await bytes("whole"), name);
      }
    }));
}

Deno.test("fused runs of generated texts give the same as one after the other", () =>
  inFolder(async (folder) => {
    const file = await written(folder, "run", { ...GENERATED, sweep: { seed: [0, 1] } });
    for (const fuse of ["on", "off"]) {
      const { code, stderr } = await call(["batch", file, "--fuse", fuse, "--results", join(folder, fuse)]);
      assertEquals([code, stderr.includes("2 runs with fused steps")], [0, fuse === "on"], stderr);
    }
    for (const seed of [0, 1]) {
      const [fused, apart] = await Promise.all(
        ["on", "off"].map((fuse) => readLines(join(folder, fuse, `run/seed=${seed}/predictions.jsonl`))),
      );
      for (const [i, { nll }] of fused!.entries()) {
        assertAlmostEquals(Number(nll), Number(apart![i]!.nll), 1e-3);
      }
      assert(fused!.length > 10);
    }
    const { groups, best } = await read(join(folder, "off/run/summary.json"));
    assertEquals([groups.length, best, "accuracy" in groups[0].test], [1, 0, true]);
  }));
