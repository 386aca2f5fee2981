import { relative, resolve } from "@std/path";
import { formatFault } from "../base/format_version.ts";
import { parseJson } from "../base/json_text.ts";
import type { Emitted, PrefixGraphs } from "../compiler/mod.ts";
import { listedChecksums, readChecked, withChecksums } from "../disk/checksums.ts";
import { writeFolder } from "../disk/replace_folder.ts";
import type { ModelGraph } from "../model/open_model.ts";
import { Definitions } from "../schema/definitions.ts";
import type { ArtifactsTypes, PrefixManifest } from "./artifacts_manifest.ts";
import checks from "./manifest_checks.js";
import { checkedWeights, weightsAsNow } from "./manifest.ts";

/** The schemas of a manifest. */
const DEFINITIONS: Definitions<ArtifactsTypes> = new Definitions(checks);

const MANIFEST = "prefix.json";
const FORMAT = "softprompt-prefix/1";

const FILES = {
  before: "before_prompt.onnx",
  train: "train_after_prefix.onnx",
  answer: "answer_after_prefix.onnx",
} as const;

const GRAPHS = ["before", "train", "answer"] as const satisfies readonly (keyof typeof FILES)[];

/** What is kept of a model: the graphs, or that there are none. */
export interface KeptPrefix {
  readonly graphs: PrefixGraphs | undefined;
}

/** Whether a file is one that such a folder consists of. */
export function isPrefixFile(name: string): boolean {
  return name === MANIFEST || Object.values<string>(FILES).includes(name);
}

/** Writes a folder of the graphs that leave out the rows before a prompt, whole or not at all. */
export async function writePrefix(
  folder: string,
  graphs: PrefixGraphs | undefined,
  { weights }: Pick<ModelGraph, "weights">,
): Promise<void> {
  const made = graphs === undefined ? [] : GRAPHS.map((name) => [name, graphs[name]] as const);
  const paths = new Set(made.flatMap(([, graph]) => [...graph.weights.values()]));
  const manifest: PrefixManifest = {
    format: FORMAT,
    ...(graphs && { axes: graphs.axes }),
    tensor_bytes: Object.fromEntries(made.map(([name, { sizes }]) => [name, sizes])),
    weights: [...paths].map((path) => ({
      location: relative(resolve(folder), resolve(path)),
      sha256: weights.get(path)!,
    })),
  };
  const contents = {
    ...Object.fromEntries(made.map(([name, { bytes }]) => [FILES[name], bytes])),
    [MANIFEST]: new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`),
  };
  await writeFolder(folder, withChecksums(contents));
}

/** Reads a folder of the graphs that leave out the rows before a prompt. As `readArtifacts` otherwise. */
export async function readPrefix(
  folder: string,
  model: Pick<ModelGraph, "onnx" | "weights">,
): Promise<KeptPrefix> {
  const listed = await listedChecksums(folder);
  const present = Object.values(FILES).filter((name) => listed.has(name));
  const contents = await readChecked(folder, [...present, MANIFEST]);
  const content: unknown = parseJson(new TextDecoder().decode(contents[MANIFEST]));
  const other = formatFault(content, FORMAT);
  if (other) {
    throw new RangeError(`the format of ${MANIFEST} is '${other.named}', and this program knows '${FORMAT}'`);
  }
  const { axes, tensor_bytes, weights } = DEFINITIONS.read(
    "prefix_manifest",
    content,
    (fault) => new RangeError(`${MANIFEST} is not of the format: ${fault}`),
  );
  if (axes === undefined) return { graphs: undefined };
  const files = new Map(weights.map((written) => weightsAsNow(written, model)));
  const graph = (name: typeof GRAPHS[number]): Emitted => {
    const bytes = contents[FILES[name]];
    if (bytes === undefined) throw new RangeError(`${MANIFEST} is there without ${FILES[name]}`);
    return {
      bytes,
      weights: checkedWeights(bytes, FILES[name], files, MANIFEST),
      sizes: tensor_bytes[name] ?? [],
    };
  };
  return { graphs: { axes, before: graph("before"), train: graph("train"), answer: graph("answer") } };
}
