import { join } from "@std/path";
import type { Device } from "../../src/device/device.ts";
import { float32Tensor, type Tensor } from "../../src/device/device.ts";
import { type GeneratorOptions, TextGenerator } from "../../src/generator/text_generator.ts";
import { logDownloads } from "../../src/hub/log_downloads.ts";
import { openModel } from "../../src/model/open_model.ts";
import type { Encoded } from "../../src/prompt/encoding.ts";

/** A model of the fixture, and what transformers' generate gives; see test/fixtures/generation/make_models.py. */
export interface GenerationModel {
  readonly prompt: { readonly dims: readonly number[]; readonly data: readonly number[] };
  readonly texts: readonly (readonly number[])[];
  readonly greedy: readonly (readonly number[])[];
  readonly beams: readonly (readonly number[])[];
}

/** The fixture. */
export const MODELS: {
  readonly greedy_tokens: number;
  readonly beams: number;
  readonly beam_tokens: number;
  readonly models: {
    readonly t5: GenerationModel;
    readonly gpt2: GenerationModel;
    readonly phi3: GenerationModel;
  };
} = JSON.parse(await Deno.readTextFile(new URL("../fixtures/generation/models.json", import.meta.url)));

/** The folder of a model of the fixture. */
export const FOLDER: string = "test/fixtures/generation";

/** What generators that are opened have warned of. */
export interface Opened extends AsyncDisposable {
  readonly generator: TextGenerator;
  readonly warnings: readonly string[];
}

/**
 * Opens a generator on a copy of a model's folder.
 *
 * @param files of the folder `onnx` that are kept; all by default
 * @param config the content of `config.json`
 * @param isCached whether the file that continues texts is used
 */
export async function openGenerator(
  model: string,
  device: Device,
  options: Partial<GeneratorOptions> = {},
  files?: readonly string[],
  config: object = {},
  file = "model.onnx",
  isCached = true,
): Promise<Opened> {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(join(folder, "onnx"));
  for await (const { name } of Deno.readDir(join(model, "onnx"))) {
    if (files?.includes(name) ?? true) {
      await Deno.copyFile(join(model, "onnx", name), join(folder, "onnx", name));
    }
  }
  await Deno.writeTextFile(join(folder, "tokenizer.json"), JSON.stringify(TOKENIZER));
  await Deno.writeTextFile(
    join(folder, "config.json"),
    JSON.stringify({ architectures: ["TestForCausalLM"], ...config }),
  );
  const warnings: string[] = [];
  const log = (line: string) => void warnings.push(line);
  const found = await openModel({ source: folder, file: `onnx/${file}` }, "./", logDownloads(log), {
    generates: isCached,
  });
  const generator = await TextGenerator.open(found, device, {
    insertion: "word-embeddings",
    tokens: { start: 0, ends: [1] },
    log,
    ...options,
  });
  return {
    generator,
    warnings,
    [Symbol.asyncDispose]: async () => {
      await generator[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** A tokenizer whose token `n` is spelled `wn`; the first three are special. */
const TOKENIZER = {
  added_tokens: ["<pad>", "</s>", "<s>"].map((content, id) => ({
    id,
    content,
    special: true,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
  })),
  normalizer: null,
  pre_tokenizer: { type: "WhitespaceSplit" },
  post_processor: null,
  decoder: { type: "Metaspace", replacement: "_", prepend_scheme: "never" },
  model: {
    type: "WordLevel",
    unk_token: "<s>",
    vocab: Object.fromEntries([
      ["<pad>", 0],
      ["</s>", 1],
      ["<s>", 2],
      ...Array.from({ length: 157 }, (_, i) => [`_w${i + 3}`, i + 3]),
    ]),
  },
};

/** Texts after a prompt of some vectors, and before the tokens that end them. */
export function encoded(
  texts: readonly (readonly number[])[],
  length: number,
  end: readonly number[] = [],
): Encoded[] {
  return texts.map((text) => {
    const promptRows = Array.from({ length }, (_, i) => i);
    const ids = [...promptRows.map(() => 0), ...text, ...end];
    return { ids, positions: ids.map((_, i) => i), promptRows, answerRow: ids.length - 1, truncated: 0 };
  });
}

/** A prompt as the fixtures hold it. */
export function promptOf({ dims, data }: GenerationModel["prompt"]): Tensor {
  return float32Tensor(Float32Array.from(data), dims);
}
