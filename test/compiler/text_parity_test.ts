import { assert } from "@std/assert";
import { compile } from "../../src/compiler/mod.ts";
import { chooseDevice } from "../../src/device/choose.ts";
import { float32Tensor, int64Tensor, scalarTensor, type Tensor } from "../../src/device/device.ts";
import { DEVICES } from "../devices.ts";
import { shared, sharedTest } from "../shared.ts";
import { relativeError } from "./graph_runner.ts";

/** Tensors as fixtures hold them. */
interface Stored {
  readonly type: "int64" | "float32" | "float64";
  readonly dims: number[];
  readonly data: number[];
}

/** Five steps with text targets, computed in float64 PyTorch. */
interface TextReference {
  readonly inputs: Readonly<Record<string, Stored>>;
  readonly reference: {
    readonly losses: number[];
    readonly target_logprobs: Stored;
    readonly gradient: Stored;
    readonly prompt_after_5: Stored;
  };
}

/** A model's files, and the fixture that holds for it. */
interface Model {
  readonly folder: string;
  readonly fixture: string;
  readonly file: string;
  readonly decoder?: string;
}

const T5 = { fixture: "t5_gated_untied", file: "encoder_model.onnx" };
const MODELS: readonly Model[] = [
  { folder: "gpt2", fixture: "gpt2", file: "model.onnx" },
  { folder: "gpt2_cached", fixture: "gpt2", file: "model.onnx" },
  { folder: "t5_gated_untied", ...T5, decoder: "decoder_model.onnx" },
  { folder: "t5_gated_untied_cached", ...T5, decoder: "decoder_model.onnx" },
  { folder: "t5_gated_untied_cached", ...T5, decoder: "decoder_model_merged.onnx" },
];

function tensorOf({ type, dims, data }: Stored): Tensor {
  return type === "int64" ? int64Tensor(data, dims) : float32Tensor(Float32Array.from(data), dims);
}

for (const [model, fixture] of Object.entries(MODELS)) {
  for (const kind of DEVICES) {
    sharedTest(
      `five steps of ${model} with text targets on ${kind} are those of float64 PyTorch`,
      async () => {
        const text = await Deno.readTextFile(shared("parity", "text", "fixtures", `${fixture}.json`));
        const { inputs, reference }: TextReference = JSON.parse(text);
        const read = async (name: string) => {
          const path = shared("parity", "text", "models", folder, "onnx", name);
          return { path, bytes: await Deno.readFile(path) };
        };
        const [own, other] = [await read(file), decoder === undefined ? undefined : await read(decoder)];
        const { train, state } = compile(own.bytes, own.path, "word-embeddings", "adamw", {
          answer: "text",
          decoder: other,
          target: kind === "webgpu" ? "webgpu" : "cpu",
        });
        const device = await chooseDevice(kind, () => {});
        const weights = new Map([
          [file, own.bytes],
          ...other && decoder ? [[decoder, other.bytes] as const] : [],
        ]);
        const session = await device.open({ bytes: train.bytes, weights });
        const feeds = Object.fromEntries(
          Object.entries(inputs).map(([name, stored]) => [name, tensorOf(stored)]),
        );
        const start = feeds.prompt!;
        const zeros = float32Tensor(new Float32Array(start.data.length), start.dims);
        let moving: Record<string, Tensor> = Object.fromEntries(state.map(({ name }) => [name, zeros]));
        for (const [i, expected] of reference.losses.entries()) {
          const outputs = await session.run({ ...feeds, ...moving, step: scalarTensor(i + 1) });
          const loss = Math.abs(Number(outputs.loss!.data[0]) - expected);
          assert(loss < 1e-4, `the loss of step ${i + 1} is off by ${loss}`);
          if (i === 0) {
            const counts = inputs.target_weights!.data.map((weight) => weight > 0);
            const counted = (items: ArrayLike<number>) => Array.from(items).filter((_, at) => counts[at]);
            const logprobs = relativeError(
              counted(outputs.target_logprobs!.data as Float32Array),
              counted(reference.target_logprobs.data),
            );
            assert(logprobs < 1e-5, `the logarithms are off by ${logprobs}`);
            const gradient = relativeError(outputs.gradient!.data as Float32Array, reference.gradient.data);
            assert(gradient < 1e-4, `the gradient is off by ${gradient}`);
          }
          moving = Object.fromEntries(
            ["prompt", ...state.map(({ name }) => name)].map((name) => [name, outputs[`${name}_next`]!]),
          );
        }
        const moved = (items: ArrayLike<number>) => Array.from(items, (x, i) => x - Number(start.data[i]));
        const error = relativeError(
          moved(moving.prompt!.data as Float32Array),
          moved(reference.prompt_after_5.data),
        );
        assert(error < 2e-3, `the prompt after five steps is off by ${error}`);
        await session.release();
      },
    );
  }
}
