import { assert } from "@std/assert";
import { dirname, join } from "@std/path";
import { compile, type Compiled, type CompileOptions } from "../../src/compiler/mod.ts";
import {
  type Device,
  float32Tensor,
  int64Tensor,
  scalarTensor,
  type Tensor,
} from "../../src/device/device.ts";
import { relativeError } from "./graph_runner.ts";

/** Tensors as fixtures hold them. */
interface Stored {
  readonly type: "int64" | "float32" | "float64";
  readonly dims: number[];
  readonly data: number[];
}

/** Five steps with text targets, computed in float64 PyTorch. */
export interface TextReference {
  readonly inputs: Readonly<Record<string, Stored>>;
  readonly reference: {
    readonly losses: number[];
    readonly target_logprobs: Stored;
    readonly gradient: Stored;
    readonly prompt_after_5: Stored;
  };
}

/** Reads a reference. */
export async function readTextReference(path: string): Promise<TextReference> {
  return JSON.parse(await Deno.readTextFile(path));
}

/** The inputs of a reference's step but for the optimizer's state. */
export function textReferenceFeeds({ inputs }: TextReference): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { type, dims, data }]) => [
      name,
      type === "int64" ? int64Tensor(data, dims) : float32Tensor(Float32Array.from(data), dims),
    ]),
  );
}

/** A model's ONNX file, and its decoder's, where it has one. */
export interface ModelPaths {
  readonly file: string;
  readonly decoder?: string | undefined;
}

/** An encoder-decoder model's files. */
export interface TwoFiles {
  readonly file: string;
  readonly decoder: string;
}

/** Compiles a model in one file or two for text answers. */
export async function compileText(
  { file, decoder }: ModelPaths,
  options: CompileOptions = {},
): Promise<{ compiled: Compiled; weights: Map<string, Uint8Array<ArrayBuffer>> }> {
  const read = async (path: string) => ({ path, bytes: await Deno.readFile(path) });
  const own = await read(file);
  const other = decoder === undefined ? undefined : await read(decoder);
  const compiled = compile(own.bytes, file, "word-embeddings", "adamw", {
    answer: "text",
    verify: true,
    ...options,
    ...(other && { decoder: other }),
  });
  const files = [own, ...other === undefined ? [] : [other]];
  const weights = new Map(files.map(({ path, bytes }) => [path.slice(dirname(file).length + 1), bytes]));
  return { compiled, weights };
}

/** Runs the steps of a reference, and compares them with it. */
export async function checkTextSteps(
  device: Device,
  model: ModelPaths,
  reference: TextReference,
): Promise<void> {
  const { compiled: { train, state }, weights } = await compileText(model, {
    target: device.kind === "webgpu" ? "webgpu" : "cpu",
  });
  const session = await device.open({ bytes: train.bytes, weights });
  const feeds = textReferenceFeeds(reference);
  const start = feeds.prompt!;
  const zeros = float32Tensor(new Float32Array(start.data.length), start.dims);
  let moving: Record<string, Tensor> = Object.fromEntries(state.map(({ name }) => [name, zeros]));
  const { losses, target_logprobs, gradient, prompt_after_5 } = reference.reference;
  for (const [i, expected] of losses.entries()) {
    const outputs = await session.run({ ...feeds, ...moving, step: scalarTensor(i + 1) });
    const off = (what: string, error: number, most: number) =>
      assert(error < most, `${what} of step ${i + 1} is off by ${error}`);
    off("the loss", Math.abs(Number(outputs.loss!.data[0]) - expected), 1e-4);
    if (i === 0) {
      const counts = reference.inputs.target_weights!.data.map((weight) => weight > 0);
      const counted = (items: ArrayLike<number>) => Array.from(items).filter((_, at) => counts[at]);
      const logprobs = outputs.target_logprobs!.data as Float32Array;
      off("the score", relativeError(counted(logprobs), counted(target_logprobs.data)), 1e-4);
      off("the gradient", relativeError(outputs.gradient!.data as Float32Array, gradient.data), 1e-4);
    }
    moving = Object.fromEntries(
      ["prompt", ...state.map(({ name }) => name)].map((name) => [name, outputs[`${name}_next`]!]),
    );
  }
  const moved = (items: ArrayLike<number>) => Array.from(items, (x, i) => x - Number(start.data[i]));
  const error = relativeError(moved(moving.prompt!.data as Float32Array), moved(prompt_after_5.data));
  assert(error < 2e-3, `the prompt after five steps is off by ${error}`);
  await session.release();
}

/** The paths of a model of test/fixtures/text, whose files lie as on the hub. */
export function textModel(name: string): TwoFiles {
  const file = (part: string) => join("test/fixtures/text", name, "onnx", `${part}_model.onnx`);
  return { file: file("encoder"), decoder: file("decoder") };
}

/** The path of its reference. */
export function textFixture(name: string): string {
  return `test/fixtures/text/${name}.json`;
}
