import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { stoppingAfter } from "../disk/stopping_disk.ts";
import { exportedProbabilities } from "./exported.ts";
import { call, exists, inFolder, readLines } from "./softprompt.ts";
import { writeCausalModel, writeTextModel } from "./text_model.ts";

/** Words that depend on the date, the user's message, and the assistant's. */
const CHAT = "{% for m in messages %}{% if m.role == 'user' %}" +
  "the {{ 'great' if strftime_now('%Y') == '1999' else 'dull' }} story {{ m.content }} answer" +
  "{% else %} {{ m.content }}</s>{% endif %}{% endfor %}";

/** Calls in the year 1999, as a chat template sees it. */
async function in1999<Result>(act: () => Promise<Result>): Promise<Result> {
  const { getFullYear } = Date.prototype;
  Date.prototype.getFullYear = () => 1999;
  try {
    return await act();
  } finally {
    Date.prototype.getFullYear = getFullYear;
  }
}

async function written(
  folder: string,
  kind: "causal" | "t5",
  changes: Record<string, unknown>,
): Promise<string> {
  const own: string = join(folder, "own");
  if (kind === "causal") await writeCausalModel(own);
  else await writeTextModel(own, "t5");
  await Deno.writeTextFile(join(own, "chat_template.jinja"), CHAT);
  const lines = Array.from({ length: 40 }, (_, i) => {
    const word = ["good", "bad", "great", "dull"][i % 4]!;
    return JSON.stringify({
      text: `the ${["film", "plot"][i % 2]} was ${word}${i % 3 ? " and fun" : ""}`,
      label: i % 2 ? "no" : "yes",
      answer: word,
    });
  });
  await Deno.writeTextFile(join(folder, "data.jsonl"), `${lines.join("\n")}\n`);
  const file = join(folder, "experiment.yaml");
  const experiment = {
    name: "chat",
    model: { source: "own" },
    dataset: { file: "data.jsonl", split: { test: 0.3, validation: 0.2 } },
    prompt: { kind: "soft", length: 3, template: { chat: [{ role: "user", content: "{prompt} {text}" }] } },
    training: { batchSize: 8, epochs: 2, optimizer: { learningRate: 0.3 } },
    device: "cpu",
    ...changes,
  };
  await Deno.writeTextFile(file, JSON.stringify(experiment));
  return file;
}

Deno.test("a chat is run, kept as it was written, and predicted and exported with in another year", () =>
  inFolder(async (folder) => {
    const file = await written(folder, "causal", {
      answer: { kind: "text" },
      verbalizer: { yes: ["very good"], no: ["bad"] },
      evaluation: { samples: [{ text: "the film was slow" }] },
    });
    const { code, stderr } = await call(["run", file, "--results", folder]);
    assertEquals(code, 0, stderr);
    const run: string = join(folder, "chat");
    const kept = JSON.parse(await Deno.readTextFile(join(run, "chat.json")));
    assertEquals(kept, {
      template: [{ words: "the dull story " }, { vectors: 3 }, { words: " " }, { column: "text" }, {
        words: " answer",
      }],
      lead: " ",
      end: "</s>",
    });
    const [sample] = await readLines(join(run, "samples.jsonl"));
    const predicted = await in1999(() => call(["predict", run, "the film was slow"]));
    assertEquals(JSON.parse(predicted.stdout).probabilities, sample!.probabilities, predicted.stderr);
    const out: string = join(folder, "out");
    const exported = await in1999(() => call(["export", run, "--format", "onnx", "--out", out]));
    assertEquals(exported.code, 0, exported.stderr);
    const [found] = await exportedProbabilities(out, ["the film was slow"]);
    assert(Math.abs(found![0]! - Object(sample!.probabilities).yes) < 1e-4);
    const same = await in1999(() => call(["run", file, "--results", folder]));
    assertStringIncludes(same.stderr, "nothing has changed since the results");
    await Deno.writeTextFile(join(folder, "own/chat_template.jinja"), CHAT.replace("story", "plot"));
    const other = await call(["predict", run, "the film was slow"]);
    assertEquals(other.code, 2);
    assertStringIncludes(other.stderr, "chat_template.jinja is not the one that");
    const again = await call(["run", file, "--results", folder]);
    assert(!again.stderr.includes("nothing has changed"), "another chat template is another model");
    await Deno.remove(join(run, "chat.json"));
    const lacking = await call(["predict", run, "the film was slow"]);
    assertEquals([lacking.code, lacking.stderr.includes("chat.json")], [2, true]);
  }));

Deno.test("a chat that was killed in one year ends in another in the same bytes; another generation_config.json is another model", () =>
  inFolder(async (folder) => {
    const file = await written(folder, "t5", {
      answer: { kind: "text", target: "{answer}" },
      evaluation: { generate: { maxTokens: 3 } },
    });
    const args = (results: string) => ["run", file, "--results", join(folder, results)];
    const whole = await stoppingAfter(Infinity, "killed", () => call(args("whole")));
    assertEquals(whole.result?.code, 0, whole.result?.stderr);
    await stoppingAfter(whole.changes - 10, "killed", () => call(args("killed")));
    assert(await exists(folder, "killed/chat.partial/chat.json"));
    const resumed = await in1999(() => call(args("killed")));
    assertEquals(resumed.code, 0, resumed.stderr);
    for (const name of ["predictions.jsonl", "history.jsonl", "prompt.safetensors", "chat.json"]) {
      const bytes = (of: string) => Deno.readFile(join(folder, of, "chat", name));
      assertEquals(await bytes("killed"), await bytes("whole"), name);
    }
    await Deno.writeTextFile(
      join(folder, "own/generation_config.json"),
      JSON.stringify({ eos_token_id: [1, 7] }),
    );
    const out = ["--format", "peft", "--out", join(folder, "out")];
    const exported = await call(["export", join(folder, "whole/chat"), ...out]);
    assertEquals(exported.code, 2);
    assertStringIncludes(exported.stderr, "has no 'model.files.generation_config.json'");
  }));
