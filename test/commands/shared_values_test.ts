import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { basename, dirname, extname, join } from "@std/path";
import { call, inFolder, writeExperiment } from "./softprompt.ts";

/** Files that somebody else's experiment may name: each holds this, and none is meant to be read. */
const SECRET = "hf_notarealtoken";
const FILES: Readonly<Record<string, string>> = {
  key: `-----BEGIN OPENSSH PRIVATE KEY-----\n${SECRET}\n-----END OPENSSH PRIVATE KEY-----\n`,
  token: SECRET,
  json: `{"token": ${SECRET}}`,
  object: `{"${SECRET}": "${SECRET}", "${SECRET}": 1}`,
  list: `["${SECRET}"]`,
  words: `${SECRET} is a token\n${SECRET} it is\n`,
  table: `text\tlabel\n"${SECRET} ""x"" "\tneg\n`,
  ids: `id\ttext\tlabel\n${SECRET}\ta\tneg\n${SECRET}\tb\tneg\n`,
};
const ENDINGS = ["csv", "tsv", "jsonl", "json", "txt", "parquet"];

const HARD = { kind: "hard", template: "{text} it was {mask} ." };

/** The texts of all files that results hold, but for the experiments' own. */
async function sharedTexts(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (name === ".cache" || name === "experiment.yaml") continue;
    if (isDirectory) { for (const [inner, text] of await sharedTexts(path)) found.set(inner, text); }
    else found.set(path, await Deno.readTextFile(path));
  }
  return found;
}

Deno.test("results hold nothing of the files that an experiment names and cannot read", () =>
  inFolder(async (folder) => {
    const results = join(folder, "results");
    const model = join(folder, "model");
    const first = await writeExperiment(folder, { name: "first" });
    const experiments: string[] = [];
    const add = async (name: string, changes: Record<string, unknown>) => {
      const path = join(folder, "experiments", `${name}.yaml`);
      const own = JSON.parse(await Deno.readTextFile(first));
      await Deno.writeTextFile(path, JSON.stringify({ ...own, ...changes, name }));
      experiments.push(path);
    };
    const put = async (path: string, text: string) => {
      await Deno.mkdir(dirname(path), { recursive: true });
      await Deno.writeTextFile(path, text);
    };
    await Deno.mkdir(join(folder, "experiments"));
    for (const [name, text] of Object.entries(FILES)) {
      for (const ending of ENDINGS) {
        const file = join(folder, `${name}.${ending}`);
        await put(file, text);
        const dataset = { file, ...(name === "ids" && { id: "id" }) };
        await add(`${name}-${ending}`, { dataset, prompt: HARD, training: undefined });
      }
      const run = join(folder, name);
      for (const file of ["prompt.safetensors", "environment.json", "adapter_config.json"]) {
        await put(join(run, file), text);
      }
      await put(join(run, "adapter_model.safetensors"), text);
      for (const from of ["run", "peft"]) {
        const insertion = "word-embeddings";
        const template = "{prompt} {text} it was {mask} .";
        const prompt = { kind: "soft", length: 4, template, insertion, initialization: { from, path: run } };
        await add(`${from}-${name}`, { prompt });
      }
      for (const file of ["tokenizer.json", "config.json", "onnx/model.onnx"]) {
        const copy = join(folder, `${name}-${file.replace("/", "-")}`);
        for (const own of ["tokenizer.json", "config.json", "onnx/model.onnx"]) {
          await Deno.mkdir(dirname(join(copy, own)), { recursive: true });
          await Deno.copyFile(join(model, own), join(copy, own));
        }
        await put(join(copy, file), text);
        await add(`model-${name}-${basename(file, extname(file))}`, { model: { source: copy } });
      }
      await add(`transfer-${name}`, {
        prompt: HARD,
        training: undefined,
        evaluation: { transfer: [{ file: join(folder, `${name}.json`), as: "other" }] },
      });
    }
    const { stderr } = await call(["batch", ...experiments, "--results", results]);
    assertStringIncludes(stderr, SECRET);
    assert(!stderr.includes("unexpected:"), stderr);
    const texts = await sharedTexts(results);
    assert([...texts.keys()].some((path) => path.endsWith("summary.html")));
    const leaked = [...texts].filter(([, text]) => /hf_not|OPENSSH/.test(text));
    assertEquals(leaked.map(([path]) => path), []);
  }));

Deno.test("of the classes of a label column, results name three at most that are short", () =>
  inFolder(async (folder) => {
    const results = join(folder, "results");
    const file = join(folder, "films.tsv");
    const classes = ["b", "c", "d", "e", "x".repeat(41)];
    await Deno.writeTextFile(file, `text\tlabel\n${classes.map((one) => `a film\t${one}\n`).join("")}`);
    const experiment = await writeExperiment(folder, {
      dataset: { file },
      prompt: HARD,
      training: undefined,
    });
    const { stderr } = await call(["run", experiment, "--results", results]);
    assertStringIncludes(
      stderr,
      `values without a class: b (1), c (1), d (1), e (1), ${"x".repeat(40)}… (1);`,
    );
    const { error } = JSON.parse(await Deno.readTextFile(join(results, "small.partial/metrics.json")));
    assertStringIncludes(error, "values without a class: b, c, d, …;");
  }));
