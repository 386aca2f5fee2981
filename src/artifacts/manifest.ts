import { basename, relative, resolve } from "@std/path";
import type { Compiled, Emitted, Insertion, OptimizerName, Precision, Target } from "../compiler/mod.ts";
import { readShape, writeShape } from "../compiler/mod.ts";
import { moveChecked, readChecked, writeChecked } from "../disk/checksums.ts";
import type { OpenModel } from "../model/open_model.ts";
import { SEMANTICS } from "../experiment/semantics.ts";

const FORMAT = "softprompt-artifacts/1";

/** What artifacts are made of. */
export interface ArtifactsOrigin {
  readonly model: Pick<OpenModel, "source" | "revision" | "sha256" | "weights">;
  readonly insertion: Insertion;
  readonly optimizer: OptimizerName;
  readonly target: Target;
  readonly precision: Precision;
}

/** `artifacts.json`: how the graphs in its folder belong together. Any program with ONNX Runtime can run them. */
interface Manifest {
  readonly format: typeof FORMAT;
  /** The version of what positions and insertions mean. */
  readonly semantics: number;
  readonly model: { readonly source: string; readonly revision: string | null; readonly sha256: string };
  readonly insertion: Insertion;
  readonly dimension: number;
  readonly optimizer: OptimizerName;
  /** What the graphs are made for; ONNX Runtime runs them everywhere, but those for the CPU slowly on WebGPU. */
  readonly target: Target;
  readonly precision: Precision;
  readonly positions: Compiled["positions"];
  /** What the model multiplies the rows of its word table by before a prompt at the word embeddings enters. */
  readonly scale: number;
  readonly train: {
    readonly file: string;
    readonly state: readonly string[];
    /** Of each state tensor, in terms of the prompt's `length`. */
    readonly state_shapes: Readonly<Record<string, readonly (number | string)[]>>;
  };
  /** The same for several prompts side by side: inputs and outputs of a prompt's shape have a first axis `prompts`. */
  readonly bank: Readonly<Record<"train" | "predict" | "answer", { readonly file: string }>>;
  readonly update: { readonly file: string };
  readonly predict: { readonly file: string };
  /** The same, and all words' logits at the answer. */
  readonly answer: { readonly file: string };
  readonly embed: { readonly file: string };
  /** Of each graph, the sizes of its tensors in terms of the inputs' dimensions. */
  readonly tensor_bytes: Readonly<Record<GraphName, Emitted["sizes"]>>;
  readonly weights: readonly { readonly location: string; readonly sha256: string }[];
}

const FILES = {
  train: "train_step.onnx",
  update: "update.onnx",
  predict: "predict.onnx",
  answer: "answer.onnx",
  embed: "embed.onnx",
  bankTrain: "train_bank.onnx",
  bankPredict: "predict_bank.onnx",
  bankAnswer: "answer_bank.onnx",
} as const;

type GraphName = keyof typeof FILES;

const GRAPHS = Object.keys(FILES) as GraphName[];

function graphsOf({ train, update, predict, answer, embed, bank }: Compiled): Record<GraphName, Emitted> {
  return {
    ...{ train, update, predict, answer, embed },
    ...{ bankTrain: bank.train, bankPredict: bank.predict, bankAnswer: bank.answer },
  };
}

const MANIFEST = "artifacts.json";

/**
 * Writes a folder of artifacts. It appears whole: its files are written beside it first.
 *
 * @param origin whose model the graphs were compiled from
 */
export async function writeArtifacts(
  folder: string,
  compiled: Compiled,
  { model, insertion, optimizer, target, precision }: ArtifactsOrigin,
): Promise<void> {
  const partial = `${folder}.partial`, { source, revision, sha256 } = model;
  await Deno.mkdir(partial, { recursive: true });
  const graphs = graphsOf(compiled);
  const paths = new Set(GRAPHS.flatMap((name) => [...graphs[name].weights.values()]));
  const manifest: Manifest = {
    format: FORMAT,
    semantics: SEMANTICS,
    model: { source, revision, sha256 },
    insertion,
    dimension: compiled.dimension,
    optimizer,
    target,
    precision,
    positions: compiled.positions,
    scale: compiled.scale,
    train: {
      file: FILES.train,
      state: compiled.state.map(({ name }) => name),
      state_shapes: Object.fromEntries(
        compiled.state.map(({ name, shape }) => [name, writeShape(shape)]),
      ),
    },
    bank: {
      train: { file: FILES.bankTrain },
      predict: { file: FILES.bankPredict },
      answer: { file: FILES.bankAnswer },
    },
    update: { file: FILES.update },
    predict: { file: FILES.predict },
    answer: { file: FILES.answer },
    embed: { file: FILES.embed },
    tensor_bytes: Object.fromEntries(
      GRAPHS.map((name) => [name, graphs[name].sizes]),
    ) as Manifest["tensor_bytes"],
    weights: [...paths].map((path) => ({
      location: relative(resolve(folder), resolve(path)),
      sha256: model.weights.get(path)!,
    })),
  };
  const contents = {
    ...Object.fromEntries(GRAPHS.map((name) => [FILES[name], graphs[name].bytes])),
    [MANIFEST]: new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`),
  };
  await writeChecked(partial, contents);
  await Deno.mkdir(folder, { recursive: true });
  await moveChecked(partial, folder, Object.keys(contents));
  await Deno.remove(partial);
}

/**
 * Reads a folder of artifacts.
 *
 * @param weights the paths of the model's own files that hold weights
 * @throws {Deno.errors.NotFound} where there is none, or none that was written to the end
 * @throws {RangeError} where a file in it is not what was written
 */
export async function readArtifacts(folder: string, weights: Iterable<string>): Promise<Compiled> {
  const contents = await readChecked(folder, [...Object.values(FILES), MANIFEST]);
  const manifest: Manifest | null = JSON.parse(new TextDecoder().decode(contents[MANIFEST]));
  if (manifest?.format !== FORMAT) throw new RangeError(`${MANIFEST} is not of the format '${FORMAT}'`);
  const paths = new Map(Array.from(weights, (path) => [basename(path), path]));
  const files = new Map(manifest.weights.map(({ location }) => {
    const name = basename(location);
    return [name, paths.get(name)!];
  }));
  const graph = (name: GraphName): Emitted => ({
    bytes: contents[FILES[name]]!,
    weights: name === "update" ? new Map() : files,
    sizes: manifest.tensor_bytes[name],
  });
  return {
    dimension: manifest.dimension,
    positions: manifest.positions,
    scale: manifest.scale,
    state: Object.entries(manifest.train.state_shapes).map(([name, shape]) => ({
      name,
      shape: readShape(shape),
    })),
    train: graph("train"),
    bank: { train: graph("bankTrain"), predict: graph("bankPredict"), answer: graph("bankAnswer") },
    update: graph("update"),
    predict: graph("predict"),
    answer: graph("answer"),
    embed: graph("embed"),
  };
}
