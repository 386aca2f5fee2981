import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { parse } from "yaml";
import { type HubContent, withHub } from "../hub/loopback_hub.ts";
import { MINI } from "../shared.ts";
import { callProcess, inFolder, writeExperiment } from "./softprompt.ts";

const COMMIT = "89abcdef0123456789abcdef0123456789abcdef";

async function repository(extra: HubContent["files"] = {}): Promise<HubContent> {
  const names = ["config.json", "tokenizer.json", "tokenizer_config.json", "onnx/model.onnx"];
  const files = names.map(async (name) => [name, await Deno.readFile(join(MINI, name))] as const);
  return {
    name: "acme/reviews-mini",
    commit: COMMIT,
    files: { ...Object.fromEntries(await Promise.all(files)), ...extra },
  };
}

const HARD = {
  model: { source: "acme/reviews-mini" },
  prompt: { kind: "hard", template: "{text} it was {mask} ." },
  training: undefined,
};

Deno.test("a model on the hub is downloaded once; the results name its commit, and offline the cache has it", async () => {
  const content = await repository();
  await inFolder((folder) =>
    withHub([content], async (hub) => {
      const file = await writeExperiment(folder, HARD);
      const results: string = join(folder, "results");
      const env = { HF_ENDPOINT: hub.url, HF_HOME: join(folder, "hf") };
      const first = await callProcess(["run", file, "--results", results], env);
      assertEquals(first.code, 0, first.stderr);
      assertStringIncludes(first.stderr, "downloading acme/reviews-mini/onnx/model.onnx (29.9 MB)");
      const experiment = parse(await Deno.readTextFile(join(results, "small/experiment.yaml")));
      assertEquals(experiment.model, {
        source: "acme/reviews-mini",
        file: "onnx/model.onnx",
        revision: COMMIT,
      });
      const environment = JSON.parse(await Deno.readTextFile(join(results, "small/environment.json")));
      assertEquals(environment.model.revision, COMMIT);
      const before = hub.requests.length;
      const offline = await callProcess(["run", file, "--results", results], { ...env, HF_HUB_OFFLINE: "1" });
      assertEquals(offline.code, 0, offline.stderr);
      assertStringIncludes(offline.stderr, "nothing has changed since");
      assertEquals(hub.requests.length, before);
      const pinned = await callProcess(
        ["run", file, "--results", results, "--set", `model.revision=${COMMIT}`, "--set", "seed=1"],
        env,
      );
      assertEquals(pinned.code, 0, pinned.stderr);
      assertEquals(hub.requests.length, before, "a pinned commit in the cache needs no request");
    })
  );
});

Deno.test("a batch downloads what its estimate needs, says so, and its runs share what they can", async () => {
  const content = await repository();
  await inFolder((folder) =>
    withHub([content], async (hub) => {
      const file = await writeExperiment(folder, {
        model: HARD.model,
        training: { batchSize: 8, epochs: 1 },
        sweep: { seed: [0, 1] },
      });
      const args = ["batch", file, "--fuse", "on", "--results", join(folder, "results")];
      const env = { HF_ENDPOINT: hub.url, HF_HOME: join(folder, "hf") };
      const { code, stderr } = await callProcess(args, env);
      assertEquals(code, 0, stderr);
      assertEquals(stderr.match(/downloading acme\/reviews-mini\/onnx\/model.onnx/g)?.length, 1, stderr);
      assertStringIncludes(stderr, "2 runs with fused steps");
    })
  );
});

Deno.test("weights in a file beside the model's are downloaded, too", async () => {
  const family = "bert-traced-opset18.onnx";
  const folder = "test/fixtures/families";
  const content = await repository({
    [`onnx/${family}`]: await Deno.readFile(join(folder, family)),
    [`onnx/${family}.data`]: await Deno.readFile(join(folder, `${family}.data`)),
  });
  await inFolder((folder) =>
    withHub([content], async (hub) => {
      const env = { HF_ENDPOINT: hub.url, HF_HOME: folder };
      const out: string = join(folder, "out");
      const args = ["compile", "--model", "acme/reviews-mini", "--file", `onnx/${family}`, "--out", out];
      const { code, stderr } = await callProcess(args, env);
      assertEquals(code, 0, stderr);
      const artifacts = JSON.parse(await Deno.readTextFile(join(out, "artifacts.json")));
      assertEquals([artifacts.model.source, artifacts.model.revision], ["acme/reviews-mini", COMMIT]);
      for (const { location } of artifacts.weights) await Deno.stat(join(out, location));
    })
  );
});

Deno.test("what the hub lacks is reported with its place in the file and the alternatives", async () => {
  const content = await repository({ "onnx/model_fp16.onnx": "x" });
  await inFolder((folder) =>
    withHub([content], async (hub) => {
      const env = { HF_ENDPOINT: hub.url, HF_HOME: folder };
      const tried = async (model: Record<string, string>) => {
        const file = await writeExperiment(folder, { ...HARD, model });
        const { code, stderr } = await callProcess(["validate", file], env);
        assertEquals(code, 2, stderr);
        return stderr;
      };
      assertStringIncludes(
        await tried({ source: "acme/reviews-mini", dtype: "q8" }),
        `commit ${COMMIT} of 'acme/reviews-mini' has no onnx/model_quantized.onnx (it has onnx/model.onnx, onnx/model_fp16.onnx)`,
      );
      const unknown = await tried({ source: "acme/none" });
      assertStringIncludes(unknown, "experiment.yaml:4:");
      assertStringIncludes(unknown, "'acme/none'");
      assertStringIncludes(unknown, "nor is there a folder");
      assertStringIncludes(
        await tried({ source: MINI, revision: "main" }),
        "'model.revision' goes with a model on the hub",
      );
      assertStringIncludes(
        await tried({ source: MINI, file: "onnx/model.onnx", dtype: "q8" }),
        "'model' takes a 'file' or a 'dtype', not both",
      );
    })
  );
});
