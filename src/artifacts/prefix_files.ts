import type { PrefixGraphs } from "../compiler/mod.ts";
import type { ModelGraph } from "../model/open_model.ts";
import { GraphFolder } from "./graph_folder.ts";

const PREFIX = new GraphFolder("prefix_manifest", "prefix.json", "softprompt-prefix/1", {
  before: "before_prompt.onnx",
  train: "train_after_prefix.onnx",
  answer: "answer_after_prefix.onnx",
});

/** What is kept of a model: the graphs, or that there are none. */
export interface KeptPrefix {
  readonly graphs: PrefixGraphs | undefined;
}

/** Whether a file is one that such a folder consists of. */
export function isPrefixFile(name: string): boolean {
  return PREFIX.isFile(name);
}

/** Writes a folder of the graphs that leave out the rows before a prompt, whole or not at all. */
export async function writePrefix(
  folder: string,
  graphs: PrefixGraphs | undefined,
  model: Pick<ModelGraph, "weights">,
): Promise<void> {
  const { before, train, answer, axes } = graphs ?? {};
  await PREFIX.write(folder, { before, train, answer }, { ...(axes && { axes }) }, model);
}

/** Reads a folder of the graphs that leave out the rows before a prompt. @throws as `GraphFolder.read` does */
export async function readPrefix(
  folder: string,
  model: Pick<ModelGraph, "onnx" | "weights">,
): Promise<KeptPrefix> {
  const { manifest: { axes }, whole } = await PREFIX.read(folder, model);
  if (axes === undefined) return { graphs: undefined };
  return { graphs: { axes, before: whole("before"), train: whole("train"), answer: whole("answer") } };
}
