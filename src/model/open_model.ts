import { join, relative } from "@std/path";
import { allDone } from "../base/all_done.ts";
import {
  CompileError,
  countParameters,
  externalTensors,
  factsOf,
  type FileBytes,
  type ModelFacts,
  namingMultiplier,
  type OnnxFile,
  readModelFiles,
  readOnnxFile,
  weightFiles,
} from "../compiler/mod.ts";
import type { ModelSpec } from "../experiment/types.ts";
import type { DownloadReporter } from "../hub/repository.ts";
import { type ModelCard, readCard } from "./card.ts";
import { findContinuing } from "./find_continuing.ts";
import { findModel, type ModelFolder } from "./folder.ts";
import type { ModelUse } from "./model_use.ts";
import { hashFile } from "../disk/hash_file.ts";
import { readJson } from "../disk/read_json.ts";
import { readGraph } from "./read_graph.ts";
import { RegionReader } from "./read_region.ts";
import { readTokenizer } from "./read_tokenizer.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** A model's graph, without what it needs to read texts. Its weights stay in their files. */
export interface ModelGraph {
  /** Its source, as named by the user. */
  readonly source: string;
  /** The commit, for a model on the hub. */
  readonly revision: string | null;
  readonly folder: string;
  /** The ONNX file's path. */
  readonly onnx: string;
  /** The ONNX file without its weights, which become external data in their files on disk. */
  readonly graph: Uint8Array;
  /** The same of its decoder, for an encoder-decoder model, whose ONNX file is its encoder. */
  readonly decoder?: FileBytes;
  /** Where texts are generated, the file that continues them by a token, if there is one: the model's own, or that of a decoder. */
  readonly continuing?: FileBytes;
  /** The SHA-256 of the ONNX file. */
  readonly sha256: string;
  /** The SHA-256 of each file that holds weights, the ONNX file among them, by its path. */
  readonly weights: ReadonlyMap<string, string>;
}

/** A frozen model and its description. */
export interface OpenModel extends ModelGraph {
  /** The SHA-256 of each file that an answer depends on, by its name within the folder, in alphabetical order. */
  readonly files: Readonly<Record<string, string>>;
  /** The number of its parameters. */
  readonly parameters: number;
  /** The facts from its graph. */
  readonly facts: ModelFacts;
  readonly card: ModelCard;
  readonly tokenizer: Tokenizer;
}

/**
 * Reads a model's folder, or downloads it from the hub. Every file is read once, and everything that an answer depends on is then known: a
 * run with other files is another run.
 *
 * @param namedIn the file that names it, to which a folder is relative
 */
export async function openModel(
  spec: ModelSpec,
  namedIn: string,
  downloads: DownloadReporter,
  use: ModelUse = {},
): Promise<OpenModel> {
  const found = await findModel(spec, namedIn, downloads);
  using regions = new RegionReader();
  const { graph, file } = await readModel(spec, found, regions, use);
  const { folder, weights } = graph;
  const beside: string[] = [];
  for (const name of use.beside ?? []) {
    const path: string = join(folder, name);
    if (!found.described.includes(path) && await found.find(path) !== undefined) beside.push(path);
  }
  const facts = factsOf(file);
  return {
    ...graph,
    files: byName(folder, [...weights, ...await hashes([...found.described, ...beside])]),
    parameters: countParameters(file),
    facts,
    card: await readCard(folder, facts),
    tokenizer: await readTokenizer(folder, facts),
  };
}

/** Reads a model's graph alone: its folder may have no configuration and no tokenizer. As {@linkcode openModel} otherwise. */
export async function openGraph(
  spec: ModelSpec,
  namedIn: string,
  downloads: DownloadReporter,
): Promise<ModelGraph> {
  const found = await findModel(spec, namedIn, downloads, []);
  using regions = new RegionReader();
  return (await readModel(spec, found, regions)).graph;
}

/** A model's graph, and its ONNX file. @param regions reads the file's weights as long as it is open */
async function readModel(
  { source }: ModelSpec,
  found: ModelFolder,
  regions: RegionReader,
  { generates = false }: ModelUse = {},
): Promise<{ readonly graph: ModelGraph; readonly file: OnnxFile }> {
  const { folder, onnx, revision, provide } = found;
  const { bytes, sha256 } = await readGraph(onnx);
  const multiplier = await multiplierIn(found);
  const graph = multiplier === undefined ? bytes : namingMultiplier(bytes, multiplier);
  const weights = new Map([[onnx, sha256]]);
  const graphs = new Map([[onnx, graph]]);
  const read = async (path: string | undefined): Promise<FileBytes | undefined> => {
    if (path === undefined) return undefined;
    if (!graphs.has(path)) {
      const { bytes, sha256 } = await readGraph(path);
      graphs.set(path, bytes);
      weights.set(path, sha256);
    }
    return { bytes: graphs.get(path)!, path };
  };
  const decoder = await read(found.decoder);
  const continuing = generates ? await read(await findContinuing(found)) : undefined;
  const file = readModelFiles({ bytes: graph, path: onnx }, decoder, regions.read);
  const isApart = continuing !== undefined && ![onnx, decoder?.path].includes(continuing.path);
  const parts = [
    file,
    ...file.decoder === undefined ? [] : [file.decoder],
    ...isApart ? [readOnnxFile(continuing.bytes, continuing.path, regions.read)] : [],
  ];
  const sizes = new Map<string, number>();
  for (const path of [...weights.keys(), ...parts.flatMap(weightFiles)]) {
    if (!sizes.has(path)) sizes.set(path, await provide(path));
  }
  for (const part of parts) checkRegions(part, sizes);
  const beside = [...sizes.keys()].filter((path) => !weights.has(path));
  for (const [path, hash] of await hashes(beside)) weights.set(path, hash);
  return {
    graph: {
      source,
      revision,
      folder,
      onnx,
      graph,
      ...(decoder && { decoder }),
      ...(continuing && { continuing }),
      sha256,
      weights,
    },
    file,
  };
}

/** The number by which the model's code multiplies its word embeddings, where its configuration names one. */
async function multiplierIn({ folder, find }: ModelFolder): Promise<number | undefined> {
  const config = "config.json";
  if (await find(join(folder, config)) === undefined) return undefined;
  const { embedding_multiplier } = await readJson(join(folder, config));
  return typeof embedding_multiplier === "number" ? embedding_multiplier : undefined;
}

/** @throws {CompileError} where a tensor does not lie whole in its file */
function checkRegions(file: OnnxFile, sizes: ReadonlyMap<string, number>): void {
  for (const { name, region: { path, offset, length } } of externalTensors(file)) {
    const size = sizes.get(path)!;
    if (offset + length <= size) continue;
    throw new CompileError(
      `initializer '${name}' in ${file.path} takes bytes ${offset} to ${
        offset + length
      } of ${path}, which has ${size}: the file is cut off, or of another model`,
    );
  }
}

function hashes(paths: readonly string[]): Promise<[string, string][]> {
  return allDone(paths.map(async (path): Promise<[string, string]> => [path, await hashFile(path)]));
}

/** Hashes by their files' names within a folder. */
function byName(folder: string, hashes: readonly (readonly [string, string])[]): Record<string, string> {
  const named = hashes.map(([path, hash]) => [relative(folder, path).replaceAll("\\", "/"), hash] as const);
  return Object.fromEntries(named.sort(([a], [b]) => a < b ? -1 : 1));
}
