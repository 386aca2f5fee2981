import { dirname, fromFileUrl, join } from "@std/path";
import {
  compile,
  type Compiled,
  type CompiledModel,
  compileHard,
  compileModelTuning,
  type CompileOptions,
  type Emitted,
  type Insertion,
  type OptimizerName,
} from "../compiler/mod.ts";
import { sha256 as hash } from "../dataset/sha256.ts";
import type { DeviceKind } from "../device/device.ts";
import { readWhole } from "../device/read_whole.ts";
import { onDisk } from "../disk/on_disk.ts";
import { Lock } from "../disk/lock.ts";
import { readRegion } from "../model/read_region.ts";
import { readArtifacts, writeArtifacts } from "./artifacts.ts";
import { say } from "./console.ts";
import type { OpenModel } from "./open_model.ts";

/** What a model is compiled for, and in. */
export type Form = Required<Pick<CompileOptions, "target" | "precision">> & Pick<CompileOptions, "loss">;

/** What graphs for a kind of device are compiled for. */
export function targetOf(kind: DeviceKind): Form["target"] {
  return kind === "webgpu" ? "webgpu" : "cpu";
}

/** Compiles a model's training step. */
export function compileModel(
  model: OpenModel,
  insertion: Insertion,
  optimizer: OptimizerName,
  options: CompileOptions,
): Promise<Compiled> {
  return withBytes(
    model,
    (bytes) => compile(bytes, model.onnx, insertion, optimizer, { ...options, read: readRegion }),
  );
}

/** Compiles a training step of a whole model. */
export function compileWholeModel(
  model: OpenModel,
  optimizer: OptimizerName,
  { target, loss = "plain" }: Form,
): Promise<CompiledModel> {
  const options = { target, loss, read: readRegion };
  return withBytes(model, (bytes) => compileModelTuning(bytes, model.onnx, optimizer, options));
}

/** Compiles a model for hard prompts. */
export function compileHardModel(model: OpenModel, form: Form): Promise<Emitted> {
  return withBytes(model, (bytes) => compileHard(bytes, model.onnx, { ...form, read: readRegion }));
}

/**
 * Compiles a model's training step, or takes it from where an earlier run left it. What is kept goes by what it was made
 * of: the model's content, the insertion, the optimizer, the form and the compiler itself.
 *
 * @param cache the folder to keep artifacts in
 */
export async function compileOnce(
  model: OpenModel,
  insertion: Insertion,
  optimizer: OptimizerName,
  form: Form,
  cache: string,
): Promise<Compiled> {
  const made = JSON.stringify([
    model.sha256,
    model.weights,
    model.onnx,
    insertion,
    optimizer,
    form.target,
    form.precision,
    form.loss ?? "plain",
    await compilerHash(),
  ]);
  const folder = join(cache, (await hash(new TextEncoder().encode(made))).slice(0, 32));
  const lock = await Lock.take(`${folder}.lock`, () => {});
  try {
    return await readOrCompile(model, insertion, optimizer, form, folder);
  } finally {
    lock?.release();
  }
}

async function readOrCompile(
  model: OpenModel,
  insertion: Insertion,
  optimizer: OptimizerName,
  form: Form,
  folder: string,
): Promise<Compiled> {
  const kept = await readArtifacts(folder, dirname(model.onnx)).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) {
      say(`${folder} is not what was kept there and is made anew: ${error.message}`);
    }
    return undefined;
  });
  if (kept !== undefined) return kept;
  const compiled = await compileModel(model, insertion, optimizer, form);
  const { source, revision, sha256 } = model;
  const origin = { source, revision, sha256, insertion, optimizer, ...form };
  await onDisk(folder, () => writeArtifacts(folder, compiled, origin));
  return compiled;
}

/** Gives a model's bytes to `use`, and their memory back at once behind it: a frozen model is large, and mapped when it runs. */
export async function withBytes<Result>(
  { onnx }: OpenModel,
  use: (bytes: Uint8Array) => Result,
): Promise<Result> {
  const bytes = await readWhole(onnx);
  try {
    return use(bytes);
  } finally {
    bytes.buffer.transfer(0);
  }
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
