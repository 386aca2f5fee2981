import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { ran } from "./answers_of_run.ts";
import { freeExperiment } from "./free_experiment.ts";
import { call, inFolder } from "./softprompt.ts";

Deno.test("a folder with runs of classes and of generated texts is compared, whichever comes first, and kept by no baseline", () =>
  inFolder(async (folder) => {
    const prompt = { kind: "hard", template: "{text} {context} answer" };
    await ran(await freeExperiment(folder, { name: "free", prompt, training: undefined }), folder);
    const lines = Array.from({ length: 20 }, (_, i) => {
      const label = i % 2 === 0 ? "yes" : "no";
      return JSON.stringify({ question: "what is the film", context: "it was good", label });
    });
    await Deno.writeTextFile(join(folder, "labelled.jsonl"), `${lines.join("\n")}\n`);
    const classes = await freeExperiment(folder, {
      name: "classes",
      prompt,
      training: undefined,
      dataset: { file: "labelled.jsonl", text: "question", split: { test: 0.3, validation: 0.2 } },
      answer: { kind: "text", choose: "likelihood" },
      verbalizer: { yes: ["good"], no: ["very bad"] },
      evaluation: {},
    });
    await ran(classes, folder);
    const whole = await call(["diff", folder, folder, "--json"]);
    assertEquals(whole.code, 0, whole.stderr);
    const { comparisons } = JSON.parse(whole.stdout);
    const found = comparisons.map(({ variant, metrics }: { variant: string; metrics: object }) => [
      variant,
      Object.keys(metrics)[0],
    ]);
    assertEquals(found, [["classes", "accuracy"], ["free", "exact_match"]]);
    assertStringIncludes(
      whole.stderr,
      "classes: beside generated texts, classes with probabilities are compared",
    );
    const one = await call(["diff", join(folder, "classes"), folder]);
    assertEquals(one.code, 0, one.stderr);
    assertStringIncludes(one.stderr, "left out, as its classes are others (none): free of ");
    const kept = await call(["baseline", "set", folder, "--baselines", join(folder, "baselines")]);
    assertEquals([kept.code, kept.stderr.includes("damaged")], [2, false]);
    assertStringIncludes(kept.stderr, "has 1 run of one form of answers and 1 of another");
  }));
