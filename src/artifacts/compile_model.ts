import { dirname, fromFileUrl, join, relative } from "@std/path";
import {
  compile,
  type Compiled,
  type CompiledAnswer,
  type CompiledModel,
  compileHard,
  compileModelTuning,
  type CompileOptions,
  type Insertion,
  type OptimizerName,
} from "../compiler/mod.ts";
import { sha256 as hash } from "../base/sha256.ts";
import type { DeviceKind } from "../device/device.ts";
import { onDisk } from "../disk/on_disk.ts";
import { Lock } from "../disk/lock.ts";
import { readRegion } from "../model/read_region.ts";
import { readArtifacts, writeArtifacts } from "./manifest.ts";
import { log } from "../terminal/console.ts";
import type { OpenModel } from "../model/open_model.ts";

/** What a model is compiled for, and in. */
export type CompileTarget =
  & Required<Pick<CompileOptions, "target" | "precision">>
  & Pick<CompileOptions, "loss">;

/** What graphs for a kind of device are compiled for. */
export function targetOf(kind: DeviceKind): CompileTarget["target"] {
  return kind === "webgpu" ? "webgpu" : "cpu";
}

/** Compiles a model's training step. */
export function compileModel(
  { graph, onnx }: OpenModel,
  insertion: Insertion,
  optimizer: OptimizerName,
  options: CompileOptions,
): Compiled {
  return compile(graph, onnx, insertion, optimizer, { ...options, read: readRegion });
}

/** Compiles a training step of a whole model. */
export function compileWholeModel(
  { graph, onnx }: OpenModel,
  optimizer: OptimizerName,
  { target, loss = "plain" }: CompileTarget,
): CompiledModel {
  return compileModelTuning(graph, onnx, optimizer, { target, loss, read: readRegion });
}

/** Compiles a model for hard prompts. */
export function compileHardModel({ graph, onnx }: OpenModel, target: CompileTarget): CompiledAnswer {
  return compileHard(graph, onnx, { ...target, read: readRegion });
}

/**
 * Compiles a model's training step, or takes it from where an earlier run left it. What is kept goes by what it was made
 * of: the content of the model's files, the insertion, the optimizer, the form and the compiler itself. What is not as it was
 * left is made again.
 *
 * @param cache the folder to keep artifacts in
 */
export async function compileOnce(
  model: OpenModel,
  insertion: Insertion,
  optimizer: OptimizerName,
  target: CompileTarget,
  cache: string,
): Promise<Compiled> {
  const made = JSON.stringify([
    [...model.weights].map(([path, hash]) => [relative(dirname(model.onnx), path), hash]),
    insertion,
    optimizer,
    target.target,
    target.precision,
    target.loss ?? "plain",
    await compilerHash(),
  ]);
  const folder = join(cache, (await hash(new TextEncoder().encode(made))).slice(0, 32));
  const lock = await Lock.take(`${folder}.lock`, () => {});
  try {
    return await readOrCompile(model, insertion, optimizer, target, folder);
  } finally {
    lock?.release();
  }
}

async function readOrCompile(
  model: OpenModel,
  insertion: Insertion,
  optimizer: OptimizerName,
  target: CompileTarget,
  folder: string,
): Promise<Compiled> {
  const kept = await readArtifacts(folder, model.weights.keys()).catch(async (error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    log(`${folder} is not as it was left, and is compiled again: ${error.message}`);
    // Whatever is in the way of the files that are written goes, too.
    await onDisk(folder, () => Deno.remove(folder, { recursive: true }));
    return undefined;
  });
  if (kept !== undefined) return kept;
  const compiled = compileModel(model, insertion, optimizer, target);
  await onDisk(folder, () => writeArtifacts(folder, compiled, { model, insertion, optimizer, ...target }));
  return compiled;
}

/** Tells versions of the compiler apart: its sources' hash, or the address that names its version. */
export async function compilerHash(): Promise<string> {
  const root = new URL("../compiler/", import.meta.url);
  if (root.protocol !== "file:") return root.href;
  const texts = await sourcesIn(fromFileUrl(root));
  return await hash(new TextEncoder().encode(texts.join("\0")));
}

async function sourcesIn(folder: string): Promise<string[]> {
  const texts: string[] = [];
  const entries = await Array.fromAsync(Deno.readDir(folder));
  for (const { name, isDirectory } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    const path = join(folder, name);
    if (isDirectory) texts.push(...await sourcesIn(path));
    else if (name.endsWith(".ts")) texts.push(await Deno.readTextFile(path));
  }
  return texts;
}
