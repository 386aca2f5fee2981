import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { parseVariants } from "../../src/experiment/sweep.ts";
import { call, inFolder } from "../commands/softprompt.ts";
import { ROOT, shared, sharedTest } from "../shared.ts";
import { smallT5 } from "../docs/small_t5.ts";

const FILES = join(ROOT, "experiments/text");
const DATA = join(ROOT, "data/questions-demo");

Deno.test("every file with texts is an experiment, whether or not its model is here", async () => {
  const runs: Record<string, number> = {};
  for await (const { name } of Deno.readDir(FILES)) {
    runs[name] = parseVariants(await Deno.readTextFile(join(FILES, name)), name).length;
  }
  assertEquals(runs, {
    "questions-flan-t5-small.yaml": 3,
    "questions-smollm2.yaml": 1,
    "questions-t5-small.yaml": 1,
    "reviews-masks.yaml": 3,
    "reviews-stories260k.yaml": 2,
  });
});

Deno.test("the questions are 200, each with an answer that stands in its text, and no text is in two parts", async () => {
  const parts = await Promise.all(["train", "validation", "test"].map(async (part) => {
    const lines = (await Deno.readTextFile(join(DATA, `${part}.jsonl`))).trim().split("\n");
    return lines.map((line): { id: string; context: string; question: string; answers: string[] } =>
      JSON.parse(line)
    );
  }));
  const all = parts.flat();
  assertEquals([all.length, new Set(all.map(({ id }) => id)).size], [200, 200]);
  const strange = all.filter(({ context, answers }) =>
    !answers.some((answer) => context.toLowerCase().includes(answer.toLowerCase()))
  );
  assertEquals(strange, []);
  const texts = parts.map((part) => new Set(part.map(({ context }) => context)));
  assertEquals(texts.map(({ size }) => size), [30, 7, 13]);
  assertEquals(new Set(all.map(({ context }) => context)).size, 50);
});

Deno.test("questions are read by the files' template and target with a model that is here", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(join(folder, "onnx"));
    for (const [name, bytes] of Object.entries(await smallT5())) {
      await Deno.writeFile(join(folder, name), bytes);
    }
    const text = await Deno.readTextFile(join(FILES, "questions-t5-small.yaml"));
    const file = join(folder, "x.yaml");
    await Deno.writeTextFile(
      file,
      text.replace("Xenova/t5-small", folder).replaceAll("../../data/questions-demo", DATA),
    );
    const { code, stdout, stderr } = await call(["validate", file, "--results", folder]);
    assertEquals([code, stdout.includes("120    28          52")], [0, true], `${stdout}${stderr}`);
  }));

sharedTest("the file for stories260k is valid with that model", () =>
  inFolder(async (folder) => {
    const text = await Deno.readTextFile(join(FILES, "reviews-stories260k.yaml"));
    const file = join(folder, "x.yaml");
    const data = `{ file: ${join(ROOT, "data/reviews-demo/train.tsv")} }`;
    await Deno.writeTextFile(
      file,
      text.replace(/^model:.*$/m, `model: { source: ${shared("models", "stories260k")} }`)
        .replace(/^dataset:.*$/m, `dataset: ${data}`),
    );
    const { code, stderr } = await call(["validate", file, "--results", folder]);
    assertEquals(code, 0, stderr);
  }));
