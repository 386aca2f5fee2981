import { defaultDevice, init, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import type { OnnxFile } from "../src/compiler/frontend/onnx_file.ts";
import type { Tensor } from "../src/device/device.ts";
import { bertWeights } from "./bert_weights.ts";
import { SIZES } from "./step_feeds.ts";

/** One step's loss and the gradient of the prompt. */
export type JaxStep = () => { loss: number; gradient: Float32Array };

/**
 * The loss of a soft prompt and its gradient in jax-js on WebAssembly, for an exported BERT: as a frugal user would write it, with
 * the embedding layer's output of the texts computed once, the answer rows taken before the head, and of the head the label words'
 * columns alone. Not compiled by `jit`, whose gradient of a slice is wrong in jax-js 0.1.25.
 *
 * An operation takes its operands away; `.ref` keeps them.
 *
 * @param feeds inputs of our own step of the same shape: the batch, the prompt and the answer positions are theirs
 */
export async function jaxJsStep(file: OnnxFile, feeds: Readonly<Record<string, Tensor>>): Promise<JaxStep> {
  await init("wasm");
  defaultDevice("wasm");
  const { batch, sequence, length, classes, words } = SIZES;
  const weights = new Map(
    [...bertWeights(file)].map(([name, { dims, items }]) => [name, np.array(items, { shape: [...dims] })]),
  );
  const weight = (name: string) => weights.get(name)!.ref;
  const numbers = (name: string) => Array.from(feeds[name]!.data as BigInt64Array, Number);
  const [, dimension] = feeds.prompt!.dims as [number, number];
  const heads = Math.max(1, dimension / 64);

  const linear = (x: np.Array, name: string) =>
    np.matmul(x, weight(`${name}.weight`)).add(weight(`${name}.bias`));
  // The exporter keeps one norm's weights for all that are equal, and random models' all are.
  const norm = (x: np.Array) =>
    nn.standardize(x, -1, { epsilon: 1e-12 })
      .mul(weight("bert.embeddings.LayerNorm.weight")).add(weight("bert.embeddings.LayerNorm.bias"));
  const gelu = (x: np.Array) => nn.gelu(x, { approximate: false });
  const split = (x: np.Array) =>
    x.reshape([batch, sequence, heads, dimension / heads]).transpose([0, 2, 1, 3]);

  /** @param x [batch, sequence, dimension] */
  function layer(x: np.Array, path: string): np.Array {
    const query = split(linear(x.ref, `${path}.attention.self.query`));
    const key = split(linear(x.ref, `${path}.attention.self.key`));
    const value = split(linear(x.ref, `${path}.attention.self.value`));
    const scores = np.matmul(query, key.transpose([0, 1, 3, 2])).mul(1 / Math.sqrt(dimension / heads));
    const seen = np.matmul(nn.softmax(scores, -1), value).transpose([0, 2, 1, 3])
      .reshape([batch, sequence, dimension]);
    const attended = norm(x.add(linear(seen, `${path}.attention.output.dense`)));
    const inner = gelu(linear(attended.ref, `${path}.intermediate.dense`));
    return norm(attended.add(linear(inner, `${path}.output.dense`)));
  }

  const int32 = (items: readonly number[], shape: number[]) =>
    np.array(Int32Array.from(items), { shape, dtype: np.int32 });
  const inText = (_: number, i: number) => i % sequence >= length;
  const ids = int32(numbers("input_ids").filter(inText), [batch, sequence - length]);
  const places = int32(numbers("position_ids").filter(inText), [batch, sequence - length]);
  const texts = norm(
    np.take(weight("bert.embeddings.word_embeddings.weight"), ids, 0)
      .add(np.take(weight("bert.embeddings.position_embeddings.weight"), places, 0))
      .add(weight("bert.embeddings.token_type_embeddings.weight").slice(0)),
  );
  const labelTokens = int32(numbers("label_tokens"), [classes * words]);
  const labelWords = np.take(weight("cls.predictions.weight"), labelTokens.ref, 1);
  const labelBias = np.take(weight("cls.predictions.bias"), labelTokens, 0);
  const targets = nn.oneHot(int32(numbers("labels"), [batch]), classes);
  const answer = numbers("answer_rows")[0]!;
  const paths = new Set([...weights.keys()].map((name) => /^bert\.encoder\.layer\.\d+/.exec(name)?.[0]));
  paths.delete(undefined);
  const prompt = np.array(feeds.prompt!.data as Float32Array<ArrayBuffer>, { shape: [length, dimension] });

  const step = valueAndGrad((vectors: np.Array) => {
    const repeated = np.broadcastTo(vectors.reshape([1, length, dimension]), [batch, length, dimension]);
    let x = np.concatenate([repeated, texts.ref], 1);
    for (const path of paths) x = layer(x, path!);
    const hidden = norm(gelu(linear(x.slice([], answer, []), "cls.predictions.transform.dense")));
    const logits = np.matmul(hidden, labelWords.ref).add(labelBias.ref)
      .reshape([batch, classes, words]).mean(2);
    return nn.logSoftmax(logits, -1).mul(targets.ref).sum().mul(-1 / batch);
  });
  return () => {
    const [loss, gradient] = step(prompt.ref);
    return { gradient: gradient.dataSync() as Float32Array, loss: loss.dataSync()[0]! };
  };
}
