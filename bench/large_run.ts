// deno-lint-ignore-file no-console
/**
 * How much memory a run of real size takes: 200,000 examples and a vocabulary of 250,000 words, with a model of random
 * weights that is small otherwise, so that the memory of texts, tokens, answers and results is measured. One process
 * executes the run, and its peak is reported; another compares the run with itself.
 *
 *   deno task bench:large [EXAMPLES] [WORDS]        (writes data/bench/large)
 */
import process from "node:process";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import { main } from "../src/cli.ts";
import { processIo } from "../src/terminal/process_io.ts";
import { RandomStream } from "../src/base/random_stream.ts";

const FOLDER = "data/bench/large";
const MODEL = `${FOLDER}/model/onnx/model.onnx`;
const MIB = 2 ** 20;
/** Two layers, 16 numbers a token, 40 words, 32 positions. */
const SMALL = "test/fixtures/families/bert-opset11.onnx";
const SMALL_WORDS = 40;
const SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
const LABELS = { negative: "bad", positive: "good" };
const WORDS_OF_TEXT = 12;
const BATCH = 32;

const [first = "200000", words = "250000"] = Deno.args;
const PARTS: Readonly<Record<string, readonly string[]>> = {
  run: ["run", `${FOLDER}/large.yaml`, "--results", `${FOLDER}/results`, "--force"],
  diff: ["diff", `${FOLDER}/results/large`, `${FOLDER}/results/large/report.html`],
};

const part = PARTS[first];
if (part !== undefined) {
  const code = await main(part, processIo());
  if (code !== 0) Deno.exit(code);
  const model = (await Deno.stat(MODEL)).size / MIB;
  const peak = process.resourceUsage().maxRSS / 1024;
  console.log(
    `${first}: peak ${peak.toFixed(0)} MiB, ${(peak - model).toFixed(0)} MiB above the model's file`,
  );
} else {
  await Deno.mkdir(`${FOLDER}/model/onnx`, { recursive: true });
  await writeModel(Number(words));
  await writeData(Number(first), Number(words));
  for (const part of Object.keys(PARTS)) await inProcess(part);
}

async function inProcess(part: string): Promise<void> {
  const started = performance.now();
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", import.meta.filename!, part],
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  if (code !== 0) Deno.exit(1);
  console.log(`${part}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
}

/** The small model with a larger vocabulary, and a tokenizer of its kind (Unigram, as XLM-RoBERTa's). */
async function writeModel(words: number): Promise<void> {
  const model = fromBinary(ModelProtoSchema, await Deno.readFile(SMALL));
  const stream = new RandomStream(0, "large");
  for (const tensor of model.graph!.initializer) {
    if (!tensor.dims.includes(BigInt(SMALL_WORDS))) continue;
    tensor.dims = tensor.dims.map((size) => size === BigInt(SMALL_WORDS) ? BigInt(words) : size);
    const size = Number(tensor.dims.reduce((a, b) => a * b, 1n));
    tensor.rawData = new Uint8Array(Float32Array.from({ length: size }, () => stream.uniform(-1, 1)).buffer);
  }
  await Deno.writeFile(MODEL, toBinary(ModelProtoSchema, model));
  const config = { architectures: ["BertForMaskedLM"], model_type: "bert", max_position_embeddings: 32 };
  const added = SPECIAL.map((content, id) => ({ id, content, special: true }));
  const vocabulary = Array.from({ length: words }, (_, id) => [writtenAs(id), id < SPECIAL.length ? 0 : -10]);
  const around = ["[CLS]", "[SEP]"].map((id) => ({ SpecialToken: { id, type_id: 0 } }));
  const tokenizer = {
    version: "1.0",
    added_tokens: added,
    normalizer: null,
    pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
    post_processor: {
      type: "TemplateProcessing",
      single: [around[0], { Sequence: { id: "A", type_id: 0 } }, around[1]],
      pair: [],
      special_tokens: Object.fromEntries(SPECIAL.map((id, i) => [id, { id, ids: [i], tokens: [id] }])),
    },
    decoder: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
    model: { type: "Unigram", unk_id: 1, vocab: vocabulary },
  };
  const names = { pad_token: "[PAD]", unk_token: "[UNK]", mask_token: "[MASK]" };
  const files = { config, tokenizer, tokenizer_config: { tokenizer_class: "XLMRobertaTokenizer", ...names } };
  for (const [name, content] of Object.entries(files)) {
    await Deno.writeTextFile(`${FOLDER}/model/${name}.json`, JSON.stringify(content));
  }
}

/** The words are numbers in letters, but for the special ones and those of the verbalizer. */
function writtenAs(id: number): string {
  const label = Object.values(LABELS)[id - SPECIAL.length];
  return SPECIAL[id] ?? `▁${label ?? wordOf(id)}`;
}

function wordOf(id: number): string {
  return Array.from(id.toString(26), (digit) => String.fromCharCode(97 + parseInt(digit, 26))).join("");
}

async function writeData(examples: number, words: number): Promise<void> {
  const stream = new RandomStream(0, "texts");
  const known = SPECIAL.length + 2;
  const line = (_: unknown, i: number) => {
    const text = Array.from({ length: WORDS_OF_TEXT }, () => wordOf(known + stream.integer(words - known)));
    return `${Object.keys(LABELS)[i % 2]},${text.join(" ")}`;
  };
  for (const part of ["train", "test"]) {
    const lines = Array.from({ length: examples / 2 }, line);
    await Deno.writeTextFile(`${FOLDER}/${part}.csv`, `label,text\n${lines.join("\n")}\n`);
  }
  const experiment = {
    name: "large",
    model: { source: "model" },
    dataset: { split: { train: "train.csv", test: "test.csv" } },
    prompt: { kind: "soft", length: 4, template: "{prompt} {text} {mask}" },
    verbalizer: Object.fromEntries(Object.entries(LABELS).map(([name, word]) => [name, [word]])),
    training: { epochs: 1, batchSize: BATCH },
    device: "cpu",
  };
  await Deno.writeTextFile(`${FOLDER}/large.yaml`, JSON.stringify(experiment));
}
