import { basename, join, relative, resolve } from "@std/path";
import type { Compiled, Emitted, Insertion, OptimizerName, Precision, Target } from "../compiler/mod.ts";
import { readShape, writeShape } from "../compiler/mod.ts";
import { SEMANTICS } from "../experiment/semantics.ts";
import { hashFile } from "../model/hash_file.ts";

/** What artifacts are made of. */
export interface ArtifactsOrigin {
  /** The model, as the user names it, … */
  readonly source: string;
  /** … and its commit, where it is one of the hub. */
  readonly revision: string | null;
  /** Of the model's ONNX file. */
  readonly sha256: string;
  readonly insertion: Insertion;
  readonly optimizer: OptimizerName;
  readonly target: Target;
  readonly precision: Precision;
}

/** `artifacts.json`: how the graphs in its folder belong together. Any program with ONNX Runtime can run them. */
interface Manifest {
  readonly format: "softprompt-artifacts/1";
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
  readonly train: {
    readonly file: string;
    readonly state: readonly string[];
    /** Of each state tensor, in terms of the prompt's `length`. */
    readonly state_shapes: Readonly<Record<string, readonly (number | string)[]>>;
  };
  /** The same for several prompts side by side: inputs and outputs of a prompt's shape have a first axis `prompts`. */
  readonly bank: { readonly train: { readonly file: string }; readonly predict: { readonly file: string } };
  readonly update: { readonly file: string };
  readonly predict: { readonly file: string };
  readonly embed: { readonly file: string };
  /** Of each graph, the sizes of its tensors in terms of the inputs' dimensions. */
  readonly tensor_bytes: Readonly<Record<GraphName, Emitted["sizes"]>>;
  readonly weights: readonly { readonly location: string; readonly sha256: string }[];
}

const FILES = {
  train: "train_step.onnx",
  update: "update.onnx",
  predict: "predict.onnx",
  embed: "embed.onnx",
  bankTrain: "train_bank.onnx",
  bankPredict: "predict_bank.onnx",
} as const;

type GraphName = keyof typeof FILES;

const GRAPHS = Object.keys(FILES) as GraphName[];

function graphsOf({ train, update, predict, embed, bank }: Compiled): Record<GraphName, Emitted> {
  return { train, update, predict, embed, bankTrain: bank.train, bankPredict: bank.predict };
}

/** Writes a folder of artifacts. It appears whole: its files are written beside it first. */
export async function writeArtifacts(
  folder: string,
  compiled: Compiled,
  { source, revision, sha256, insertion, optimizer, target, precision }: ArtifactsOrigin,
): Promise<void> {
  const partial = `${folder}.partial`;
  await Deno.mkdir(partial, { recursive: true });
  const graphs = graphsOf(compiled), paths = new Set<string>();
  for (const name of GRAPHS) {
    await Deno.writeFile(join(partial, FILES[name]), graphs[name].bytes);
    for (const path of graphs[name].weights.values()) paths.add(path);
  }
  const manifest: Manifest = {
    format: "softprompt-artifacts/1",
    semantics: SEMANTICS,
    model: { source, revision, sha256 },
    insertion,
    dimension: compiled.dimension,
    optimizer,
    target,
    precision,
    positions: compiled.positions,
    train: {
      file: FILES.train,
      state: compiled.state.map(({ name }) => name),
      state_shapes: Object.fromEntries(
        compiled.state.map(({ name, shape }) => [name, writeShape(shape)]),
      ),
    },
    bank: { train: { file: FILES.bankTrain }, predict: { file: FILES.bankPredict } },
    update: { file: FILES.update },
    predict: { file: FILES.predict },
    embed: { file: FILES.embed },
    tensor_bytes: Object.fromEntries(
      GRAPHS.map((name) => [name, graphs[name].sizes]),
    ) as Manifest["tensor_bytes"],
    weights: await Promise.all([...paths].map(async (path) => ({
      location: relative(resolve(folder), resolve(path)),
      sha256: await hashFile(path),
    }))),
  };
  await Deno.writeTextFile(join(partial, "artifacts.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  await Deno.mkdir(folder, { recursive: true });
  for (const name of [...Object.values(FILES), "artifacts.json"]) {
    await Deno.rename(join(partial, name), join(folder, name));
  }
  await Deno.remove(partial);
}

/**
 * Reads a folder of artifacts.
 *
 * @param weights the folder that the model's own files lie in
 * @throws {Deno.errors.NotFound} where there is none
 */
export async function readArtifacts(folder: string, weights: string): Promise<Compiled> {
  const manifest: Manifest = JSON.parse(await Deno.readTextFile(join(folder, "artifacts.json")));
  const files = new Map(
    manifest.weights.map(({ location }) => [basename(location), join(weights, basename(location))]),
  );
  const graph = async (name: GraphName): Promise<Emitted> => ({
    bytes: await Deno.readFile(join(folder, FILES[name])),
    weights: name === "update" ? new Map() : files,
    sizes: manifest.tensor_bytes[name],
  });
  return {
    dimension: manifest.dimension,
    positions: manifest.positions,
    state: Object.entries(manifest.train.state_shapes).map(([name, shape]) => ({
      name,
      shape: readShape(shape),
    })),
    train: await graph("train"),
    bank: { train: await graph("bankTrain"), predict: await graph("bankPredict") },
    update: await graph("update"),
    predict: await graph("predict"),
    embed: await graph("embed"),
  };
}
