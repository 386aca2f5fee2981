import { parseJson } from "../base/json_text.ts";
import { relative, resolve } from "@std/path";
import type {
  AnswerKind,
  Compiled,
  Emitted,
  Insertion,
  OptimizerName,
  Precision,
  Target,
} from "../compiler/mod.ts";
import { externalTensors, readOnnxFile, readShape, weightLocation, writeShape } from "../compiler/mod.ts";
import { formatFault } from "../base/format_version.ts";
import { readChecked, withChecksums } from "../disk/checksums.ts";
import { writeFolder } from "../disk/replace_folder.ts";
import type { ArtifactsManifest, ArtifactsTypes } from "./artifacts_manifest.ts";
import checks from "./manifest_checks.js";
import { Definitions } from "../schema/definitions.ts";
import type { ModelGraph } from "../model/open_model.ts";
import { SEMANTICS } from "../experiment/semantics.ts";

/** The schemas of a manifest. */
const DEFINITIONS: Definitions<ArtifactsTypes> = new Definitions(checks);

/** What artifacts are compiled from. */
export interface ArtifactsOrigin {
  readonly model: Pick<ModelGraph, "source" | "revision" | "sha256" | "weights">;
  readonly insertion: Insertion;
  readonly optimizer: OptimizerName;
  readonly target: Target;
  readonly precision: Precision;
  /** What is read of the model: a word, where not given. */
  readonly answer?: AnswerKind;
}

const GRAPHS = [
  "train",
  "update",
  "predict",
  "answer",
  "embed",
  "bankTrain",
  "bankPredict",
  "bankAnswer",
] as const;

type GraphName = typeof GRAPHS[number];

const FILES: Readonly<Record<GraphName, string>> = {
  train: "train_step.onnx",
  update: "update.onnx",
  predict: "predict.onnx",
  answer: "answer.onnx",
  embed: "embed.onnx",
  bankTrain: "train_bank.onnx",
  bankPredict: "predict_bank.onnx",
  bankAnswer: "answer_bank.onnx",
};

function graphsOf({ train, update, predict, answer, embed, bank }: Compiled): Record<GraphName, Emitted> {
  return {
    ...{ train, update, predict, answer, embed },
    ...{ bankTrain: bank.train, bankPredict: bank.predict, bankAnswer: bank.answer },
  };
}

const MANIFEST = "artifacts.json";

/** Whether a file is one that artifacts consist of. */
export function isArtifactFile(name: string): boolean {
  return name === MANIFEST || Object.values(FILES).includes(name);
}

/** The format of the artifacts for each kind of answer, … */
const FORMATS = {
  word: "softprompt-artifacts/1",
  text: "softprompt-artifacts/2",
} as const satisfies Readonly<
  Record<AnswerKind, ArtifactsManifest["format"]>
>;
/** … and the newest. */
const NEWEST = FORMATS.text;

/**
 * Writes a folder of artifacts, whole or not at all.
 *
 * @param origin the model that the graphs were compiled from
 */
export async function writeArtifacts(
  folder: string,
  compiled: Compiled,
  { model, insertion, optimizer, target, precision, answer = "word" }: ArtifactsOrigin,
): Promise<void> {
  const { source, revision, sha256 } = model;
  const graphs = graphsOf(compiled);
  const paths = new Set(GRAPHS.flatMap((name) => [...graphs[name].weights.values()]));
  const manifest: ArtifactsManifest = {
    format: FORMATS[answer],
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
    tensor_bytes: {
      train: graphs.train.sizes,
      update: graphs.update.sizes,
      predict: graphs.predict.sizes,
      answer: graphs.answer.sizes,
      embed: graphs.embed.sizes,
      bankTrain: graphs.bankTrain.sizes,
      bankPredict: graphs.bankPredict.sizes,
      bankAnswer: graphs.bankAnswer.sizes,
    },
    weights: [...paths].map((path) => ({
      location: relative(resolve(folder), resolve(path)),
      sha256: model.weights.get(path)!,
    })),
  };
  const contents = {
    ...Object.fromEntries(GRAPHS.map((name) => [FILES[name], graphs[name].bytes])),
    [MANIFEST]: new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`),
  };
  await writeFolder(folder, withChecksums(contents));
}

/**
 * Reads a folder of artifacts.
 *
 * @param model the model that they were compiled from, in any folder
 * @throws {Deno.errors.NotFound} where there is no complete folder of artifacts
 * @throws {RangeError} where a file in it has changed since it was written, or a graph takes weights that the manifest
 *   does not list, or that are not the model's
 */
export async function readArtifacts(
  folder: string,
  model: Pick<ModelGraph, "onnx" | "weights">,
): Promise<Compiled> {
  const contents = await readChecked(folder, [...Object.values(FILES), MANIFEST]);
  const content: unknown = parseJson(new TextDecoder().decode(contents[MANIFEST]));
  const other = formatFault(content, NEWEST);
  if (other) {
    throw new RangeError(`the format of ${MANIFEST} is '${other.named}', and this program knows '${NEWEST}'`);
  }
  const manifest = DEFINITIONS.read(
    "artifacts_manifest",
    content,
    (fault) => new RangeError(`${MANIFEST} is not of the format: ${fault}`),
  );
  const files = new Map(manifest.weights.map((written) => weightsAsNow(written, model)));
  for (const name of Object.values(FILES)) checkedWeights(contents[name]!, name, files);
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

/**
 * The files that a graph takes weights from.
 *
 * @param files those that the manifest lists
 * @throws {RangeError} where it takes them from another
 */
export function checkedWeights(
  bytes: Uint8Array,
  name: string,
  files: ReadonlyMap<string, string>,
  manifest: string = MANIFEST,
): Map<string, string> {
  const found = new Map<string, string>();
  // Read as a file without a folder, so that its regions' paths are its locations.
  for (const { name: tensor, region } of externalTensors(readOnnxFile(bytes, name))) {
    const path = files.get(region.path);
    if (path === undefined) {
      throw new RangeError(`'${tensor}' in ${name} lies in ${region.path}, which ${manifest} does not list`);
    }
    found.set(region.path, path);
  }
  return found;
}

/**
 * The name of a file of weights in the graphs, and its path in the model's folder of today.
 *
 * @throws {RangeError} where the model does not have it
 */
export function weightsAsNow(
  { location, sha256 }: ArtifactsManifest["weights"][number],
  { onnx, weights }: Pick<ModelGraph, "onnx" | "weights">,
): [name: string, path: string] {
  const path = location.replaceAll("\\", "/");
  const [found] = [...weights].filter(([, hash]) => hash === sha256)
    .map(([path]): [string, string] => [weightLocation(onnx, path), path])
    .filter(([name]) => `/${path}`.endsWith(`/${name}`))
    .sort(([a], [b]) => b.length - a.length);
  if (found === undefined) {
    throw new RangeError(`${MANIFEST} names weights that the model does not have (${location})`);
  }
  return found;
}
