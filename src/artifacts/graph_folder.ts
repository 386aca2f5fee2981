import { relative, resolve } from "@std/path";
import { formatFault } from "../base/format_version.ts";
import { parseJson } from "../base/json_text.ts";
import { type Emitted, externalTensors, readOnnxFile, weightLocation } from "../compiler/mod.ts";
import { CHECKSUMS, listedChecksums, readChecked, withChecksums } from "../disk/checksums.ts";
import { writeFolder } from "../disk/replace_folder.ts";
import type { ModelGraph } from "../model/open_model.ts";
import { Definitions } from "../schema/definitions.ts";
import type { ArtifactsTypes, WeightsFile } from "./artifacts_manifest.ts";
import checks from "./manifest_checks.js";

/** The schemas of a manifest. */
const DEFINITIONS: Definitions<ArtifactsTypes> = new Definitions(checks);

/** What every manifest has. */
type Common = "format" | "tensor_bytes" | "weights";

/** The manifests of folders in the cache, by the names of their definitions. */
type Manifests = Pick<
  ArtifactsTypes,
  "step_manifest" | "bank_manifest" | "prefix_manifest" | "generation_manifest"
>;

/** What is read of a folder of graphs. */
interface ReadGraphs<Name extends keyof Manifests, Graph extends string> {
  readonly manifest: Manifests[Name];
  /** A graph; `undefined` where the folder has none of its name. */
  graph(name: Graph): Emitted | undefined;
  /** A graph that is always there. @throws {RangeError} where it is not */
  whole(name: Graph): Emitted;
}

/** A kind of folder of graphs: a manifest, and a file for each graph. */
export class GraphFolder<Name extends keyof Manifests, Graph extends string> {
  /**
   * @param definition of its manifest
   * @param manifest the manifest's file
   * @param format the manifest's format
   * @param files the files of the graphs that there may be
   */
  constructor(
    private readonly definition: Name,
    private readonly manifest: string,
    private readonly format: Manifests[Name]["format"],
    private readonly files: Readonly<Record<Graph, string>>,
  ) {}

  /** Whether a file is one that such a folder consists of. */
  isFile(name: string): boolean {
    return name === this.manifest || Object.values<string>(this.files).includes(name);
  }

  /**
   * Writes a folder, whole or not at all.
   *
   * @param graphs those that there are
   * @param about what only this kind of manifest has
   */
  async write(
    folder: string,
    graphs: Readonly<Partial<Record<Graph, Emitted | undefined>>>,
    about: Omit<Manifests[Name], Common>,
    model: Pick<ModelGraph, "weights">,
  ): Promise<void> {
    const made = new Map<string, Emitted>();
    const sizes: Record<string, Emitted["sizes"]> = {};
    for (const name in this.files) {
      const graph = graphs[name];
      if (graph === undefined) continue;
      made.set(this.files[name], graph);
      sizes[name] = graph.sizes;
    }
    const weights = writtenWeights(folder, made.values(), model);
    const manifest = { format: this.format, ...about, tensor_bytes: sizes, weights };
    await writeGraphs(folder, made, [this.manifest, manifest]);
  }

  /**
   * Reads a folder.
   *
   * @param model the model that the graphs were compiled from, in any folder
   * @throws {Deno.errors.NotFound} where there is no complete folder
   * @throws {RangeError} where a file in it has changed since it was written, or a graph takes weights that the manifest
   *   does not list, or that are not the model's
   */
  async read(
    folder: string,
    model: Pick<ModelGraph, "onnx" | "weights">,
  ): Promise<ReadGraphs<Name, Graph>> {
    const listed = await listedChecksums(folder);
    const present = Object.values<string>(this.files).filter((file) => listed.has(file));
    const contents = await readChecked(folder, [...present, this.manifest]);
    const content: unknown = parseJson(new TextDecoder().decode(contents[this.manifest]));
    const other = formatFault(content, this.format);
    if (other) {
      throw new RangeError(
        `the format of ${this.manifest} is '${other.named}', and this program knows '${this.format}'`,
      );
    }
    const manifest = DEFINITIONS.read(
      this.definition,
      content,
      (fault) => new RangeError(`${this.manifest} is not of the format: ${fault}`),
    );
    const weights = new Map(manifest.weights.map((written) => this.weightsAsNow(written, model)));
    const graph = (name: Graph): Emitted | undefined => {
      const bytes = contents[this.files[name]];
      return bytes && {
        bytes,
        weights: this.checkedWeights(bytes, this.files[name], weights),
        sizes: manifest.tensor_bytes[name] ?? [],
      };
    };
    const whole = (name: Graph): Emitted => {
      const found = graph(name);
      if (found === undefined) throw new RangeError(`${CHECKSUMS} does not list ${this.files[name]}`);
      return found;
    };
    return { manifest, graph, whole };
  }

  /**
   * The files that a graph takes weights from.
   *
   * @param listed those that the manifest lists
   * @throws {RangeError} where it takes them from another
   */
  private checkedWeights(
    bytes: Uint8Array,
    name: string,
    listed: ReadonlyMap<string, string>,
  ): Map<string, string> {
    const found = new Map<string, string>();
    // Read as a file without a folder, so that its regions' paths are its locations.
    for (const { name: tensor, region } of externalTensors(readOnnxFile(bytes, name))) {
      const path = listed.get(region.path);
      if (path === undefined) {
        throw new RangeError(
          `'${tensor}' in ${name} lies in ${region.path}, which ${this.manifest} does not list`,
        );
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
  private weightsAsNow(
    { location, sha256 }: WeightsFile,
    { onnx, weights }: Pick<ModelGraph, "onnx" | "weights">,
  ): [name: string, path: string] {
    const path = location.replaceAll("\\", "/");
    const [found] = [...weights].filter(([, hash]) => hash === sha256)
      .map(([path]): [string, string] => [weightLocation(onnx, path), path])
      .filter(([name]) => `/${path}`.endsWith(`/${name}`))
      .sort(([a], [b]) => b.length - a.length);
    if (found === undefined) {
      throw new RangeError(`${this.manifest} names weights that the model does not have (${location})`);
    }
    return found;
  }
}

/** Writes a folder of graphs by their files' names, a manifest and their checksums, whole or not at all. */
export async function writeGraphs(
  folder: string,
  graphs: ReadonlyMap<string, Emitted>,
  [name, manifest]: readonly [file: string, content: object],
): Promise<void> {
  const contents = {
    ...Object.fromEntries([...graphs].map(([file, { bytes }]) => [file, bytes])),
    [name]: new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`),
  };
  await writeFolder(folder, withChecksums(contents));
}

/** The files that graphs take weights from, as a manifest in a folder lists them. */
export function writtenWeights(
  folder: string,
  graphs: Iterable<Emitted>,
  { weights }: Pick<ModelGraph, "weights">,
): WeightsFile[] {
  const paths = new Set([...graphs].flatMap((graph) => [...graph.weights.values()]));
  return [...paths].map((path) => ({
    location: relative(resolve(folder), resolve(path)),
    sha256: weights.get(path)!,
  }));
}
