import { dirname, join, relative } from "@std/path";
import type { Compiled, Insertion, OptimizerName } from "../compiler/mod.ts";
import { sha256 } from "../base/sha256.ts";
import { onDisk } from "../disk/on_disk.ts";
import { Lock } from "../disk/lock.ts";
import type { OpenModel } from "../model/open_model.ts";
import { compileModel, type CompileTarget } from "./compile_model.ts";
import { compilerHash } from "./compiler_hash.ts";
import { readArtifacts, writeArtifacts } from "./manifest.ts";

/**
 * A folder of compiled training steps, from one program to the next. What is kept goes by what it was made of: the content of
 * the model's files, the insertion, the optimizer, the target and the compiler itself.
 */
export class CompileCache {
  /** @param log takes a line where something is not as it was left, and is compiled again */
  constructor(readonly folder: string, private readonly log: (line: string) => void) {}

  /** Compiles a model's training step, or takes it from where an earlier program left it. */
  async compile(
    model: OpenModel,
    insertion: Insertion,
    optimizer: OptimizerName,
    target: CompileTarget,
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
    const folder = join(this.folder, (await sha256(new TextEncoder().encode(made))).slice(0, 32));
    const lock = await Lock.take(`${folder}.lock`, () => {});
    try {
      const kept = await this.read(folder, model);
      if (kept !== undefined) return kept;
      const compiled = compileModel(model, insertion, optimizer, target);
      await onDisk(
        folder,
        () => writeArtifacts(folder, compiled, { model, insertion, optimizer, ...target }),
      );
      return compiled;
    } finally {
      lock?.release();
    }
  }

  /** What an earlier program has left; where it is damaged, it is removed. */
  private async read(folder: string, model: OpenModel): Promise<Compiled | undefined> {
    try {
      return await readArtifacts(folder, model.weights.keys());
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      const reason = error instanceof Error ? error.message : String(error);
      this.log(`${folder} is not as it was left, and is compiled again: ${reason}`);
      // Whatever is in the way of the files that are written goes, too.
      await onDisk(folder, () => Deno.remove(folder, { recursive: true }));
      return undefined;
    }
  }
}
