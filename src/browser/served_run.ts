import { allDone } from "../base/all_done.ts";
import { thrownMessage } from "../base/errors.ts";
import { readShape } from "../compiler/graph/dimension.ts";
import type { StateTensor } from "../compiler/passes/optimizer.ts";
import type { TensorSize } from "../compiler/graph/tensor_sizes.ts";
import type { Clean } from "../dataset/reading.ts";
import type { GraphFile, Tensor } from "../device/device.ts";
import { readSafetensors } from "../device/safetensors.ts";
import { tensorNamed } from "../device/tensor_data.ts";
import type { Calibration } from "../evaluation/recalibration.ts";
import type { NumberLimits } from "../experiment/schema_part.ts";
import { parseTemplate } from "../experiment/template.ts";
import type { Initialization, Insertion, MultiTokenWords, TrainingSpec } from "../experiment/types.ts";
import type { ModelCard } from "../model/card.ts";
import type { Json } from "../model/special_tokens.ts";
import { type ModelVocabulary, Tokenizer } from "../model/tokenizer.ts";
import { type PositionCounting, TemplateEncoder } from "../prompt/encoding.ts";
import { readVerbalizer, type Verbalizer } from "../prompt/verbalizer.ts";
import type { NumberName } from "./check_numbers.ts";
import { PageError } from "./page_error.ts";

/** The graphs of a run that a page can ask for. */
export type GraphName = "train" | "update" | "predict" | "embed" | "hard";

/** The description of a run that its page reads: `run.json`. */
export interface RunDescription {
  readonly title: string;
  /** The hash of the files of its model, as `filesSha256` makes it. */
  readonly model: string;
  readonly insertion: Insertion;
  readonly template: string;
  /** The template without vectors, for the hard prompt shown next to it. */
  readonly hardTemplate: string;
  /** How texts are cleaned for each of the two. */
  readonly clean: Clean;
  readonly hardClean: Clean;
  /** The calibration of each one's logits; the soft prompt's belongs to the prompt that the run tuned. */
  readonly calibration: Calibration;
  readonly hardCalibration: Calibration;
  readonly verbalizer: Readonly<Record<string, readonly string[]>>;
  readonly hardVerbalizer: Readonly<Record<string, readonly string[]>>;
  readonly multiTokenWords: MultiTokenWords;
  readonly initialization: Exclude<Initialization, { path: string }>;
  readonly training: TrainingSpec;
  readonly seed: number;
  /** Some labelled texts of the run's test set. */
  readonly example: readonly { readonly text: string; readonly label: string }[];
  /** The limits of the numbers for tuning again. */
  readonly limits: Readonly<Record<NumberName, NumberLimits>>;
  readonly card: ModelCard;
  /** The content of the files beside the model's `tokenizer.json`. */
  readonly tokenizerConfig: Json;
  readonly facts: ModelVocabulary;
  readonly counting: PositionCounting;
  readonly dimension: number;
  readonly state: readonly { readonly name: string; readonly shape: readonly (number | string)[] }[];
  readonly graphs: Readonly<
    Record<GraphName, { readonly weights: readonly string[]; readonly sizes: readonly TensorSize[] }>
  >;
}

/** A run as its page uses it: its description, tokenizer and prompt are loaded, its graphs are fetched on demand. */
export class ServedRun {
  private readonly weights = new Map<string, Promise<Uint8Array>>();
  /** The words of each class, in the soft prompt's template and in the hard one's. */
  readonly verbalizer: Verbalizer;
  readonly hardVerbalizer: Verbalizer;

  private constructor(
    readonly about: RunDescription,
    readonly tokenizer: Tokenizer,
    /** float32 [length, dimension], as the run tuned it. */
    readonly prompt: Tensor,
  ) {
    this.verbalizer = readVerbalizer(about.verbalizer, tokenizer, about.multiTokenWords);
    this.hardVerbalizer = readVerbalizer(about.hardVerbalizer, tokenizer, about.multiTokenWords);
  }

  /** Fetches it from the page's server. */
  static async fetch(): Promise<ServedRun> {
    const about: RunDescription = await json("run.json");
    const tokenizer = Tokenizer.of(await json("tokenizer.json"), about.tokenizerConfig, about.facts);
    const { tensors } = readSafetensors(await bytes("prompt.safetensors"));
    return new ServedRun(about, tokenizer, tensorNamed(tensors, "prompt"));
  }

  /** The optimizer's state tensors. */
  get state(): readonly StateTensor[] {
    return this.about.state.map(({ name, shape }) => ({ name, shape: readShape(shape) }));
  }

  /** A graph with the weights that it refers to, which are fetched once; those that failed to come are asked for again. */
  async graph(name: GraphName): Promise<GraphFile> {
    const { weights, sizes } = this.about.graphs[name];
    const files = weights.map(async (location) => [location, await this.weightsAt(location)] as const);
    return { bytes: await bytes(`graphs/${name}.onnx`), weights: new Map(await allDone(files)), sizes };
  }

  private weightsAt(location: string): Promise<Uint8Array> {
    const known = this.weights.get(location);
    if (known !== undefined) return known;
    const file = bytes(`weights/${encodeURIComponent(location)}`);
    this.weights.set(location, file);
    file.catch(() => this.weights.delete(location));
    return file;
  }

  /**
   * The encoder of the soft prompt's template.
   *
   * @param length the prompt's length, in vectors
   * @throws {TemplateError} where the template's pieces have another length
   */
  encoder(length: number): TemplateEncoder {
    const { template, card, counting } = this.about;
    return new TemplateEncoder(parseTemplate(template, length), this.tokenizer, card, counting);
  }

  /** The encoder of the hard prompt's template. */
  hardEncoder(): TemplateEncoder {
    const { hardTemplate, card } = this.about;
    return new TemplateEncoder(parseTemplate(hardTemplate, 0), this.tokenizer, card, "together");
  }
}

async function bytes(path: string): Promise<Uint8Array> {
  return new Uint8Array(await (await got(path)).arrayBuffer());
}

async function json<Content>(path: string): Promise<Content> {
  return await (await got(path)).json();
}

async function got(path: string): Promise<Response> {
  const response = await fetch(path).catch((error) => {
    const why = thrownMessage(error);
    throw new PageError({
      en: `the server does not answer (${path}: ${why}): start it again, then try again`,
      zh: `服务器没有应答（${path}：${why}）：请重新启动服务器，然后重试`,
    });
  });
  if (response.ok) return response;
  const why = `${path}: ${response.status} ${await response.text()}`;
  throw new PageError({ en: `the server refuses ${why}`, zh: `服务器拒绝了请求（${why}）` });
}
