import type { CompiledGeneration, RowChoice } from "../compiler/mod.ts";
import type { ModelGraph } from "../model/open_model.ts";
import { GraphFolder } from "./graph_folder.ts";

const CHOICES = ["chooseHidden", "chooseTexts", "chooseStates"] as const;

/** `next` is always there. */
const GENERATION = new GraphFolder("generation_manifest", "generation.json", "softprompt-generation/1", {
  encoder: "encoder.onnx",
  next: "next.onnx",
  chooseHidden: "chooseHidden.onnx",
  chooseTexts: "chooseTexts.onnx",
  chooseStates: "chooseStates.onnx",
});

/** Whether a file is one that such a folder consists of. */
export function isGenerationFile(name: string): boolean {
  return GENERATION.isFile(name);
}

/** Writes a folder of the graphs that texts are generated with, whole or not at all. */
export async function writeGeneration(
  folder: string,
  compiled: CompiledGeneration,
  model: Pick<ModelGraph, "weights">,
): Promise<void> {
  const { encoder, next, cache } = compiled;
  const choices = CHOICES.flatMap((name) => {
    const choice = compiled[name];
    return choice === undefined ? [] : [[name, choice] as const];
  });
  const chosen = Object.fromEntries(choices.map(([name, { graph }]) => [name, graph]));
  await GENERATION.write(folder, { encoder, next, ...chosen }, {
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
  }, model);
}

/** Reads a folder of the graphs that texts are generated with. @throws as `GraphFolder.read` does */
export async function readGeneration(
  folder: string,
  model: Pick<ModelGraph, "onnx" | "weights">,
): Promise<CompiledGeneration> {
  const { manifest: { cache, reason, choices }, graph, whole } = await GENERATION.read(folder, model);
  const choice = (name: typeof CHOICES[number]): RowChoice | undefined => {
    const chosen = graph(name);
    return chosen && { graph: chosen, names: choices[name] ?? [] };
  };
  return {
    encoder: graph("encoder"),
    next: whole("next"),
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
