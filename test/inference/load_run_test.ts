import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { createHash } from "node:crypto";
import { fromFileUrl, join } from "@std/path";
import { stringify } from "yaml";
import { float32Tensor } from "../../src/device/device.ts";
import { InputError } from "../../src/base/errors.ts";
import { parseExperiment } from "../../src/experiment/parse.ts";
import { experimentSha256 } from "../../src/results/own_files.ts";
import { loadRun } from "../../src/inference/load_run.ts";
import { promptFile } from "../../src/prompt/prompt_file.ts";
import { inFolder } from "../commands/softprompt.ts";
import { countingSessions } from "../device/counting_sessions.ts";
import { type HubContent, withHub } from "../hub/loopback_hub.ts";
import { WHOLE_ENVIRONMENT, wholeMetrics } from "../results/whole_run.ts";
import { MINI } from "../shared.ts";

const COMMIT = "89abcdef0123456789abcdef0123456789abcdef";
const FILES = ["config.json", "tokenizer.json", "tokenizer_config.json", "onnx/model.onnx"];
const PROGRAM = fromFileUrl(new URL("load_silently.ts", import.meta.url));

async function repository(): Promise<HubContent> {
  const files = FILES.map(async (name) => [name, await Deno.readFile(join(MINI, name))] as const);
  return { name: "acme/reviews-mini", commit: COMMIT, files: Object.fromEntries(await Promise.all(files)) };
}

const hashOf = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex");

/** A complete run of a soft prompt whose model is on the hub. */
async function writeRun(folder: string, { files }: HubContent): Promise<void> {
  const experiment = parseExperiment(
    JSON.stringify({
      name: "remote",
      model: { source: "acme/reviews-mini", revision: COMMIT },
      dataset: { name: "reviews-demo" },
      prompt: { kind: "soft", length: 2, template: "{prompt} {text} it was {mask} ." },
      verbalizer: { negative: ["bad"], positive: ["good"] },
      device: "cpu",
    }),
    "remote.yaml",
  );
  const model = {
    source: "acme/reviews-mini",
    file: "onnx/model.onnx",
    sha256: hashOf(files["onnx/model.onnx"]!),
    files: Object.fromEntries(FILES.map((name) => [name, hashOf(files[name]!)])),
  };
  const json = (name: string, content: unknown) =>
    Deno.writeTextFile(join(folder, name), JSON.stringify(content));
  await Deno.mkdir(folder);
  await Deno.writeTextFile(join(folder, "experiment.yaml"), stringify(experiment));
  await json("metrics.json", wholeMetrics(0));
  const prompt = promptFile(float32Tensor(new Float32Array(2 * 256), [2, 256]), "embedding-output");
  const own = {
    "experiment.yaml": experimentSha256(stringify(experiment)),
    "prompt.safetensors": hashOf(prompt),
  };
  await json("environment.json", { ...WHOLE_ENVIRONMENT, model, files: own });
  await Deno.writeFile(join(folder, "prompt.safetensors"), prompt);
}

Deno.test("loading a run writes nothing to the terminal; `log` and `downloads` take all notices", () =>
  inFolder(async (folder) => {
    const content = await repository();
    const run = join(folder, "run");
    const hub = join(folder, "hub");
    await writeRun(run, content);
    await withHub([content], async ({ url }) => {
      const cache = join(folder, "cache");
      const out = join(folder, "out.json");
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--allow-all", "--quiet", PROGRAM, run, hub, cache, out],
        env: { HF_ENDPOINT: url, HF_HUB_CACHE: hub, NO_COLOR: "1" },
      }).output();
      const written = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
      assertEquals([code, ...written], [0, "", ""]);
      const { predicted, told, lines, downloads } = JSON.parse(await Deno.readTextFile(out));
      assertEquals(["negative", "positive"].includes(predicted), true);
      assertEquals(told.length, 1);
      assertStringIncludes(
        told[0],
        "was changed after it was written, and is compiled again: predict.onnx has changed since",
      );
      const sizes = FILES.map((name) => content.files[name]!.length);
      assertEquals(
        downloads,
        Object.fromEntries(
          FILES.map((name, i) =>
            [`acme/reviews-mini/${name}`, { received: sizes[i], total: sizes[i], isOver: true }] as const
          ),
        ),
      );
      assertEquals(lines.length, FILES.length);
      assertEquals(lines.includes("downloading acme/reviews-mini/onnx/model.onnx (29.9 MB)"), true);
    });
  }));

Deno.test("a run that cannot be loaded leaves nothing open on the device", () =>
  inFolder(async (folder) => {
    const run = join(folder, "run");
    await writeRun(run, await repository());
    const model = join(folder, "model");
    await Deno.mkdir(join(model, "onnx"), { recursive: true });
    for (const name of FILES) await Deno.copyFile(join(MINI, name), join(model, name));
    const load = () => loadRun(run, { model });
    assertEquals(await countingSessions(async () => (await load()).release()), { opened: 1, left: 0 });
    await Deno.remove(join(run, "prompt.safetensors"));
    const { left } = await countingSessions(() => assertRejects(load, InputError, "prompt.safetensors"));
    assertEquals(left, 0);
  }));
