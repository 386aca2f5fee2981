import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { readSourcePrompt } from "../../src/run/read_source_prompt.ts";
import { readSafetensors } from "../../src/device/safetensors.ts";
import { ConfigValueError } from "../../src/base/errors.ts";
import type { PromptSpec } from "../../src/experiment/types.ts";

const ADAPTER = "test/fixtures/peft";
const { prompt_embeddings } =
  readSafetensors(await Deno.readFile(`${ADAPTER}/adapter_model.safetensors`)).tensors;
const vectors = Array.from(prompt_embeddings!.data, Number);

/** What an embedding module multiplies vectors of this size by. */
const ROOT = Math.sqrt(prompt_embeddings!.dims[1]!);

function read(scale: number, enters?: "after-scale" | "before-scale") {
  const spec: PromptSpec = {
    kind: "soft",
    template: "{prompt} {text}",
    length: 3,
    insertion: "word-embeddings",
    initialization: { from: "peft", path: ADAPTER, ...(enters && { enters }) },
  };
  return readSourcePrompt(spec, "experiment.yaml", {
    folder: ".",
    files: {},
    facts: { scale, multiplier: 1 },
  });
}

Deno.test("an adapter's vectors are those of its file, where the model has no scale, or they enter after it", async () => {
  for (const given of [await read(1), await read(ROOT), await read(ROOT, "after-scale")]) {
    assertEquals(Array.from(given!.prompt.data, Number), vectors);
  }
});

Deno.test("vectors that entered before a scale are multiplied by it, as the model does in float32", async () => {
  const scale = Math.fround(Math.sqrt(2304 / 3));
  const given = await read(scale, "before-scale");
  assertEquals(Array.from(given!.prompt.data, Number), vectors.map((x) => Math.fround(x * scale)));
});

Deno.test("an assumption about a scale is reported, and a setting without a scale is refused", async () => {
  const after = (await read(ROOT))!.assumed!;
  assertStringIncludes(after, "after the model's scale of its word embeddings");
  assertStringIncludes(after, "set 'before-scale'");
  assertEquals([(await read(1))!.assumed, (await read(ROOT, "before-scale"))!.assumed], [
    undefined,
    undefined,
  ]);
  for (const enters of ["after-scale", "before-scale"] as const) {
    await assertRejects(
      () => read(1, enters),
      ConfigValueError,
      "is only for a model that scales its word embeddings",
    );
  }
});
