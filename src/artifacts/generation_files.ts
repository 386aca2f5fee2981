import { relative, resolve } from "@std/path";
import { formatFault } from "../base/format_version.ts";
import { parseJson } from "../base/json_text.ts";
import type { CompiledGeneration, Emitted, RowChoice } from "../compiler/mod.ts";
import { listedChecksums, readChecked, withChecksums } from "../disk/checksums.ts";
import { writeFolder } from "../disk/replace_folder.ts";
import type { ModelGraph } from "../model/open_model.ts";
import { Definitions } from "../schema/definitions.ts";
import type { ArtifactsTypes, GenerationManifest } from "./artifacts_manifest.ts";
import checks from "./manifest_checks.js";
import { checkedWeights, weightsAsNow } from "./manifest.ts";

/** The schemas of a manifest. */
const DEFINITIONS: Definitions<ArtifactsTypes> = new Definitions(checks);

const MANIFEST = "generation.json";
const FORMAT = "softprompt-generation/1";

/** The graphs that there may be, `next` always. */
const GRAPHS = ["encoder", "next"] as const;
const CHOICES = ["chooseHidden", "chooseTexts", "chooseStates"] as const;

const fileOf = (name: string) => `${name}.onnx`;

/** Whether a file is one that such a folder consists of. */
export function isGenerationFile(name: string): boolean {
  return name === MANIFEST || [...GRAPHS, ...CHOICES].some((graph) => name === fileOf(graph));
}

/** Writes a folder of the graphs that texts are generated with, whole or not at all. */
export async function writeGeneration(
  folder: string,
  compiled: CompiledGeneration,
  { weights }: Pick<ModelGraph, "weights">,
): Promise<void> {
  const { cache } = compiled;
  const choices = CHOICES.flatMap((name) => {
    const choice = compiled[name];
    return choice === undefined ? [] : [[name, choice] as const];
  });
  const graphs = new Map<string, Emitted>([
    ...GRAPHS.flatMap((name) => {
      const graph = compiled[name];
      return graph === undefined ? [] : [[name, graph] as const];
    }),
    ...choices.map(([name, { graph }]) => [name, graph] as const),
  ]);
  const paths = new Set([...graphs.values()].flatMap((graph) => [...graph.weights.values()]));
  const manifest: GenerationManifest = {
    format: FORMAT,
    ...("reason" in cache ? { reason: cache.reason } : {
      cache: {
        inputs: Object.fromEntries(cache.inputs),
        logits: cache.logits,
        states: cache.states.map(({ present, ...state }) => ({
          ...state,
          ...(present !== undefined && { present }),
        })),
        ...(cache.hidden && { hidden: cache.hidden }),
        staying: [...cache.staying],
      },
    }),
    choices: Object.fromEntries(choices.map(([name, { names }]) => [name, names])),
    tensor_bytes: Object.fromEntries([...graphs].map(([name, { sizes }]) => [name, sizes])),
    weights: [...paths].map((path) => ({
      location: relative(resolve(folder), resolve(path)),
      sha256: weights.get(path)!,
    })),
  };
  const contents = {
    ...Object.fromEntries([...graphs].map(([name, { bytes }]) => [fileOf(name), bytes])),
    [MANIFEST]: new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`),
  };
  await writeFolder(folder, withChecksums(contents));
}

/** Reads a folder of the graphs that texts are generated with. As `readArtifacts` otherwise. */
export async function readGeneration(
  folder: string,
  model: Pick<ModelGraph, "onnx" | "weights">,
): Promise<CompiledGeneration> {
  const listed = await listedChecksums(folder);
  const present = [...GRAPHS, ...CHOICES].filter((name) => name === "next" || listed.has(fileOf(name)));
  const contents = await readChecked(folder, [...present.map(fileOf), MANIFEST]);
  const content: unknown = parseJson(new TextDecoder().decode(contents[MANIFEST]));
  const other = formatFault(content, FORMAT);
  if (other) {
    throw new RangeError(`the format of ${MANIFEST} is '${other.named}', and this program knows '${FORMAT}'`);
  }
  const { cache, reason, choices, tensor_bytes, weights } = DEFINITIONS.read(
    "generation_manifest",
    content,
    (fault) => new RangeError(`${MANIFEST} is not of the format: ${fault}`),
  );
  const files = new Map(weights.map((written) => weightsAsNow(written, model)));
  const graph = (name: string): Emitted | undefined => {
    const bytes = contents[fileOf(name)];
    return bytes &&
      { bytes, weights: checkedWeights(bytes, name, files, MANIFEST), sizes: tensor_bytes[name] ?? [] };
  };
  const choice = (name: typeof CHOICES[number]): RowChoice | undefined => {
    const chosen = graph(name);
    return chosen && { graph: chosen, names: choices[name] ?? [] };
  };
  return {
    encoder: graph("encoder"),
    next: graph("next")!,
    cache: cache === undefined ? { reason: reason ?? "" } : {
      inputs: new Map(Object.entries(cache.inputs)),
      logits: cache.logits,
      states: cache.states.map((state) => ({ present: undefined, ...state })),
      hidden: cache.hidden,
      staying: new Set(cache.staying),
    },
    chooseHidden: choice("chooseHidden"),
    chooseTexts: choice("chooseTexts"),
    chooseStates: choice("chooseStates"),
  };
}
