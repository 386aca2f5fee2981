import { Builder } from "../../src/compiler/ops/builder.ts";
import { float32 } from "../../src/compiler/graph/constants.ts";
import { symbol } from "../../src/compiler/graph/dimension.ts";
import { emit } from "../../src/compiler/backend/emit.ts";
import type { Value } from "../../src/compiler/graph/graph.ts";
import { RandomStream } from "../../src/base/random_stream.ts";

const DIMENSION = 16;
const POSITIONS = 64;
const SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

/**
 * A small Chinese masked language model in the hub's layout: WordPiece over the characters of some labelled texts, one layer
 * of attention, and embeddings that know which characters stand in texts of which label, so that it can say 是 or 否.
 *
 * @param texts with 1 for positive, -1 for negative
 */
export function chineseModel(
  texts: readonly (readonly [string, number])[],
): Record<string, string | Uint8Array<ArrayBuffer>> {
  const characters = [
    ...new Set([
      ...texts.map(([text]) => text).join(""),
      ..."情感是正面的吗？。，否不对故事老套但演员救了这部片子",
    ]),
  ];
  const vocabulary = [...SPECIAL, ...characters];
  const leaning = vocabulary.map((token) =>
    SPECIAL.includes(token)
      ? 0
      : texts.reduce((sum, [text, label]) => sum + (text.includes(token) ? label : 0), 0)
  );
  for (const [answer, value] of [["是", 4], ["对", 4], ["否", -4], ["不", -4]] as const) {
    leaning[vocabulary.indexOf(answer)] = value;
  }
  const tokens = SPECIAL.map((content, id) => ({
    id,
    content,
    special: true,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
  }));
  return {
    "config.json": JSON.stringify({
      architectures: ["BertForMaskedLM"],
      model_type: "bert",
      max_position_embeddings: POSITIONS,
    }),
    "tokenizer.json": JSON.stringify({
      version: "1.0",
      added_tokens: tokens,
      normalizer: {
        type: "BertNormalizer",
        clean_text: true,
        handle_chinese_chars: true,
        strip_accents: null,
        lowercase: true,
      },
      pre_tokenizer: { type: "BertPreTokenizer" },
      post_processor: { type: "BertProcessing", sep: ["[SEP]", 3], cls: ["[CLS]", 2] },
      decoder: { type: "WordPiece", prefix: "##", cleanup: true },
      model: {
        type: "WordPiece",
        unk_token: "[UNK]",
        continuing_subword_prefix: "##",
        max_input_chars_per_word: 100,
        vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
      },
    }),
    "tokenizer_config.json": JSON.stringify({
      tokenizer_class: "BertTokenizer",
      mask_token: "[MASK]",
      pad_token: "[PAD]",
      unk_token: "[UNK]",
      cls_token: "[CLS]",
      sep_token: "[SEP]",
    }),
    "onnx/model.onnx": network(leaning),
  };
}

/**
 * One layer of attention: token ids to logits over the vocabulary, float32 [batch, sequence, tokens].
 *
 * @param leaning how positive each token is
 */
export function network(leaning: readonly number[]): Uint8Array<ArrayBuffer> {
  const b = new Builder("chinese.onnx");
  const stream = new RandomStream(0, "chinese");
  const matrix = (
    name: string,
    rows: number,
    scale: number,
    first?: (row: number, column: number) => number | undefined,
  ) =>
    b.constant(
      name,
      float32(
        Array.from({ length: rows * DIMENSION }, (_, i) =>
          first?.(Math.floor(i / DIMENSION), i % DIMENSION) ?? stream.uniform(-scale, scale)),
        [rows, DIMENSION],
      ),
    );
  const batch = symbol("batch");
  const sequence = symbol("sequence");
  const shape = [batch, sequence];
  const ids = b.input("input_ids", "int64", shape);
  const mask = b.input("attention_mask", "int64", shape);
  const positions = b.input("position_ids", "int64", shape);
  const embeddings = matrix(
    "embeddings",
    leaning.length,
    0.3,
    (row, column) => column === 0 ? leaning[row]! : undefined,
  );
  const words = b.op("Gather", [embeddings, ids]);
  const places = b.op("Gather", [matrix("places", POSITIONS, 0.1), positions]);
  const norm = (x: Value, name: string) => {
    const ones = b.constant(`${name}.weight`, float32(Array<number>(DIMENSION).fill(1), [DIMENSION]));
    const zeros = b.constant(`${name}.bias`, float32(Array<number>(DIMENSION).fill(0), [DIMENSION]));
    return b.op("LayerNormalization", [x, ones, zeros], { axis: -1, epsilon: { float: 1e-5 } });
  };
  const x = norm(b.add(words, places), "embedding_norm");
  const project = (name: string) => b.matmul(x, matrix(name, DIMENSION, 0.1));
  const scores = b.matmul(project("query"), project("key"), { b: true });
  const seen = b.reshape(b.op("Cast", [mask], { to: 1 }), [batch, 1, sequence]);
  const hidden = b.multiply(b.subtract(b.scalar(1), seen), b.scalar(-1e4));
  const attention = b.op("Softmax", [b.add(scores, hidden)], { axis: -1 });
  const value = matrix("value", DIMENSION, 0, (row, column) => row === column ? 4 : 0);
  const mixed = norm(b.add(x, b.matmul(attention, b.matmul(x, value))), "output_norm");
  b.outputs.set("logits", b.matmul(mixed, embeddings, { b: true }));
  return Uint8Array.from(emit(b.graph(), "chinese").bytes);
}
