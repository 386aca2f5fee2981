import { assertAlmostEquals, assertEquals, assertIsError, assertThrows } from "@std/assert";
import { logDownloads } from "../../src/hub/log_downloads.ts";
import { compileModel } from "../../src/artifacts/compile_model.ts";
import { openModel } from "../../src/model/open_model.ts";
import { openCpu } from "../../src/device/cpu.ts";
import { float32Tensor } from "../../src/device/device.ts";
import { writeSafetensors } from "../../src/device/safetensors.ts";
import { type Classifier, classLogits } from "../../src/evaluation/predict.ts";
import { InputError } from "../../src/base/errors.ts";
import { parseTemplate } from "../../src/experiment/template.ts";
import { peftAdapter, readPeftAdapter } from "../../src/formats/peft.ts";
import { TemplateEncoder } from "../../src/prompt/encoding.ts";
import { readVerbalizer } from "../../src/prompt/verbalizer.ts";
import { mutations } from "../fuzz/mutate.ts";
import { MINI } from "../shared.ts";
import config from "../fixtures/peft/adapter_config.json" with { type: "json" };
import answers from "../fixtures/peft/answers.json" with { type: "json" };

const WEIGHTS = await Deno.readFile("test/fixtures/peft/adapter_model.safetensors");

Deno.test("a prompt that PEFT saved gives the logits here that it gives there", async () => {
  const prompt = readPeftAdapter(config, WEIGHTS, "adapter");
  assertEquals(prompt.dims, [3, 256]);
  const model = await openModel({ source: MINI, file: "onnx/model.onnx" }, "./", logDownloads(() => {}));
  const { predict } = await compileModel(model, "word-embeddings", "adamw", {});
  const session = await (await openCpu()).open(predict);
  const template = parseTemplate("{prompt} {text} it was {mask} .", 3);
  const encoder = new TemplateEncoder(template, model.tokenizer, model.card, "together");
  const words = { negative: ["bad", "terrible"], positive: ["good", "great"] };
  const verbalizer = readVerbalizer(words, model.tokenizer, "error");
  const examples = answers.texts.map((text) => ({ ...encoder.encode({ text }), label: 0 }));
  const classifier: Classifier = {
    session,
    inputs: { prompt },
    padId: 0,
    batchSize: 8,
    precision: "float32",
    tuned: true,
  };
  const nameOf = (i: number) => answers.texts[i]!;
  const found = await classLogits(classifier, { examples, nameOf }, verbalizer);
  await session.release();
  for (const [i, row] of answers.class_logits.entries()) {
    for (const [c, logit] of row.entries()) assertAlmostEquals(found[i]![c]!, logit, 1e-4);
  }
});

Deno.test("an exported adapter says what PEFT reads, and no key that it does not know", () => {
  const prompt = float32Tensor(Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2]);
  const base = {
    source: "acme/tiny",
    revision: null,
    config: { num_hidden_layers: 4, num_attention_heads: 2 },
  };
  const written = peftAdapter(prompt, "masked", base);
  const said = JSON.parse(written.config);
  assertEquals(Object.keys(said).filter((key) => !answers.config_keys.includes(key)), []);
  assertEquals(
    [said.peft_type, said.task_type, said.num_virtual_tokens, said.token_dim, said.num_layers],
    ["PROMPT_TUNING", "FEATURE_EXTRACTION", 3, 2, 4],
  );
  const task = (kind: Parameters<typeof peftAdapter>[1], config: object = base.config) => {
    const said = JSON.parse(peftAdapter(prompt, kind, { ...base, config: { ...config } }).config);
    return [said.task_type, said.num_transformer_submodules, said.num_layers, said.num_attention_heads];
  };
  assertEquals(task("causal"), ["CAUSAL_LM", 1, 4, 2]);
  assertEquals(task("encoder-decoder", { num_layers: 3, num_heads: 6 }), ["SEQ_2_SEQ_LM", 1, 3, 6]);
  assertEquals(readPeftAdapter(said, written.weights, "adapter"), prompt);
});

Deno.test("adapters of another kind, or with other tensors, are refused", () => {
  const tensor = float32Tensor(new Float32Array(4), [2, 2]);
  const other = writeSafetensors({ tensors: { "lora_A.weight": tensor }, metadata: {} });
  for (
    const [change, weights, message] of [
      [{ peft_type: "LORA" }, WEIGHTS, "is an adapter of the type LORA"],
      [{ num_transformer_submodules: 2 }, WEIGHTS, "the prompts of 2 models"],
      [{ num_transformer_submodules: 3, task_type: "SEQ_2_SEQ_LM" }, WEIGHTS, "the prompts of 3 models"],
      [{ num_transformer_submodules: 2, task_type: "SEQ_2_SEQ_LM" }, WEIGHTS, "[6, 256]"],
      [
        { num_virtual_tokens: 4 },
        WEIGHTS,
        "has no 'prompt_embeddings' [4, 256] (it has prompt_embeddings [3, 256])",
      ],
      [{}, other, "(it has lora_A.weight [2, 2])"],
      [{}, WEIGHTS.subarray(0, 700), "is damaged"],
    ] as const
  ) {
    const changed = { ...config, ...change };
    assertThrows(() => readPeftAdapter(changed, weights, "adapter"), InputError, message);
  }
});

Deno.test("of an encoder-decoder's adapter the vectors are read that PEFT puts in front of the encoder's text", () => {
  const about = {
    peft_type: "PROMPT_TUNING",
    task_type: "SEQ_2_SEQ_LM",
    num_virtual_tokens: 2,
    token_dim: 2,
  };
  const saved = (rows: number) => {
    const prompt = float32Tensor(Float32Array.from({ length: 2 * rows }, (_, i) => i), [rows, 2]);
    return writeSafetensors({ tensors: { prompt_embeddings: prompt }, metadata: { format: "pt" } });
  };
  const expected = float32Tensor(Float32Array.of(0, 1, 2, 3), [2, 2]);
  const read = (more: object, rows: number) => readPeftAdapter({ ...about, ...more }, saved(rows), "adapter");
  assertEquals(read({ num_transformer_submodules: 2 }, 4), expected);
  assertEquals(read({}, 4), expected);
  assertEquals(read({ num_transformer_submodules: null }, 4), expected);
  assertEquals(read({ num_transformer_submodules: 1 }, 2), expected);
});

Deno.test("half precision is read, too", () => {
  const header = JSON.stringify({
    prompt_embeddings: { dtype: "BF16", shape: [1, 2], data_offsets: [0, 4] },
  });
  const file = new Uint8Array(8 + header.length + 4);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(new TextEncoder().encode(header), 8);
  file.set([0x80, 0x3f, 0x20, 0xc0], 8 + header.length);
  const small = { ...config, num_virtual_tokens: 1, token_dim: 2 };
  assertEquals(readPeftAdapter(small, file, "adapter"), float32Tensor(Float32Array.of(1, -2.5), [1, 2]));
});

Deno.test("a damaged adapter is an error that names its file", () => {
  const small = writeSafetensors({
    tensors: { prompt_embeddings: float32Tensor(Float32Array.of(1, 2, 3, 4), [2, 2]) },
    metadata: { format: "pt" },
  });
  const about = { peft_type: "PROMPT_TUNING", num_virtual_tokens: 2, token_dim: 2 };
  const damaged = mutations(small, 1);
  for (let i = 0; i < 500; i++) {
    const { what, bytes } = damaged.next().value;
    try {
      assertEquals(readPeftAdapter(about, bytes, "adapter").dims, [2, 2], what);
    } catch (error) {
      assertIsError(error, InputError, "adapter/adapter_model.safetensors", what);
    }
  }
});
