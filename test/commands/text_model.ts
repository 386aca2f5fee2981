import { join } from "@std/path";
import { ROOT } from "../shared.ts";

/** The words of the small models of `test/fixtures/text`: ids in their order. */
const WORDS = [
  ...["<pad>", "</s>", "<s>", "<unk>", "the", "a", "film", "plot", "story", "was", "it", "very"],
  ...["good", "great", "fun", "bad", "dull", "slow", "and", "what", "is", "when", "who", "answer"],
];

/** Of BART, whose special tokens have other ids. */
const SPECIALS = { t5: [], bart: ["<s>", "<pad>", "</s>", "<unk>"] };

/** Writes a small encoder-decoder of the fixtures with a tokenizer of words, as a folder of the hub. */
export async function writeTextModel(folder: string, name: "t5" | "bart"): Promise<void> {
  const onnx = join(folder, "onnx");
  await Deno.mkdir(onnx, { recursive: true });
  for (const part of ["encoder", "decoder"]) {
    const file = `${part}_model.onnx`;
    await Deno.copyFile(join(ROOT, "test/fixtures/text", name, "onnx", file), join(onnx, file));
  }
  const words = [...SPECIALS[name], ...WORDS.slice(SPECIALS[name].length)];
  const id = (word: string) => words.indexOf(word);
  const special = ["<pad>", "</s>", "<s>", "<unk>"].map((content) => ({
    id: id(content),
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }));
  const json = (path: string, content: unknown) =>
    Deno.writeTextFile(join(folder, path), JSON.stringify(content));
  await json("tokenizer.json", {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: special,
    normalizer: null,
    pre_tokenizer: { type: "Whitespace" },
    post_processor: {
      type: "TemplateProcessing",
      single: [{ Sequence: { id: "A", type_id: 0 } }, { SpecialToken: { id: "</s>", type_id: 0 } }],
      pair: [],
      special_tokens: { "</s>": { id: "</s>", ids: [id("</s>")], tokens: ["</s>"] } },
    },
    decoder: null,
    model: {
      type: "WordLevel",
      vocab: Object.fromEntries(words.map((word, i) => [word, i])),
      unk_token: "<unk>",
    },
  });
  await json("tokenizer_config.json", {
    tokenizer_class: "PreTrainedTokenizerFast",
    pad_token: "<pad>",
    eos_token: "</s>",
    unk_token: "<unk>",
    model_max_length: 48,
  });
  await json("config.json", {
    is_encoder_decoder: true,
    architectures: ["ForConditionalGeneration"],
    decoder_start_token_id: name === "t5" ? id("<pad>") : id("</s>"),
    eos_token_id: id("</s>"),
    pad_token_id: id("<pad>"),
  });
}

/** The same for a small causal model with a cache. */
export async function writeCausalModel(folder: string): Promise<void> {
  await writeTextModel(folder, "t5");
  for (const name of ["encoder_model.onnx", "decoder_model.onnx"]) {
    await Deno.remove(join(folder, "onnx", name));
  }
  const file = join(ROOT, "test/fixtures/generation/gpt2/onnx/model.onnx");
  await Deno.copyFile(file, join(folder, "onnx/model.onnx"));
  const config = { architectures: ["GPT2LMHeadModel"], eos_token_id: 1 };
  await Deno.writeTextFile(join(folder, "config.json"), JSON.stringify(config));
}
