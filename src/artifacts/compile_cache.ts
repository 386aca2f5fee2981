import { dirname, join, relative } from "@std/path";
import type {
  Compiled,
  CompiledGeneration,
  GenerationOptions,
  Insertion,
  OptimizerName,
  PrefixGraphs,
  PromptGraphs,
} from "../compiler/mod.ts";
import { sha256 } from "../base/sha256.ts";
import { onDisk } from "../disk/on_disk.ts";
import { Lock } from "../disk/lock.ts";
import type { OpenModel } from "../model/open_model.ts";
import { compileModel, compileModelBank, compileModelPrefix, type CompileTarget } from "./compile_model.ts";
import { compilerHash } from "./compiler_hash.ts";
import { readBank, readStep, writeBank, writeStep } from "./step_files.ts";
import { thrownMessage } from "../base/errors.ts";

/** The length of an entry's name, in hexadecimal digits. */
const KEY_DIGITS = 32;

/** Whether a name in a cache's folder is that of an entry. */
export function isEntryName(name: string): boolean {
  return name.length === KEY_DIGITS && /^[0-9a-f]+$/.test(name);
}

/** The lock of an entry of a cache. @param folder the entry's */
export function entryLock(folder: string): string {
  return `${folder}.lock`;
}

/**
 * A folder of compiled training steps, kept between processes. The key is everything that a step is compiled from: the content of
 * the model's files, the insertion, the optimizer, the target and the compiler itself.
 */
export class CompileCache {
  /** @param log takes a line for each entry that was changed on disk and is compiled again */
  constructor(readonly folder: string, private readonly log: (line: string) => void) {}

  /** Compiles the graphs of one prompt, or reads what an earlier process compiled. */
  async compile(
    model: OpenModel,
    insertion: Insertion,
    optimizer: OptimizerName,
    target: CompileTarget,
  ): Promise<Compiled> {
    return await this.kept([...weightsOf(model), ...stepOf(insertion, optimizer, target)], {
      read: (folder) => readStep(folder, model),
      compile: () => compileModel(model, insertion, optimizer, target),
      write: (folder, compiled) => writeStep(folder, compiled, model),
    });
  }

  /** The graphs of a bank, several prompts side by side. As `compile` otherwise. */
  async bank(
    model: OpenModel,
    insertion: Insertion,
    optimizer: OptimizerName,
    target: CompileTarget,
  ): Promise<PromptGraphs> {
    return await this.kept([...weightsOf(model), "bank", ...stepOf(insertion, optimizer, target)], {
      read: (folder) => readBank(folder, model),
      compile: () => compileModelBank(model, insertion, optimizer, target),
      write: (folder, graphs) => writeBank(folder, graphs, model),
    });
  }

  /**
   * The graphs that texts are generated with. As `compile` otherwise.
   *
   * @param options what they are compiled for
   * @param compile compiles them
   */
  async generation(
    model: OpenModel,
    { insertion, target, precision }: Pick<GenerationOptions, "insertion" | "target" | "precision">,
    compile: () => CompiledGeneration,
  ): Promise<CompiledGeneration> {
    const { readGeneration, writeGeneration } = await import("./generation_files.ts");
    // A reason why there is no cache names files by their paths.
    const files = [model.onnx, model.decoder?.path, model.continuing?.path];
    const made = ["generation", ...files, insertion ?? "none", target, precision];
    return await this.kept([...weightsOf(model), ...made], {
      read: (folder) => readGeneration(folder, model),
      compile,
      write: (folder, compiled) => writeGeneration(folder, compiled, model),
    });
  }

  /** The graphs that leave out the rows before a prompt, where the model is causal. As `compile` otherwise. */
  async prefix(
    model: OpenModel,
    insertion: Insertion,
    optimizer: OptimizerName,
    target: CompileTarget,
  ): Promise<PrefixGraphs | undefined> {
    const { readPrefix, writePrefix } = await import("./prefix_files.ts");
    return await this.kept([...weightsOf(model), "prefix", ...stepOf(insertion, optimizer, target)], {
      read: (folder) => readPrefix(folder, model),
      compile: () => ({ graphs: compileModelPrefix(model, insertion, optimizer, target) }),
      write: (folder, { graphs }) => writePrefix(folder, graphs, model),
    }).then(({ graphs }) => graphs);
  }

  /** What an earlier process compiled, or what is compiled now and kept. @param made what it is compiled from, beside the compiler */
  private async kept<Made>(
    made: readonly unknown[],
    { read, compile, write }: {
      readonly read: (folder: string) => Promise<Made>;
      readonly compile: () => Made;
      readonly write: (folder: string, made: Made) => Promise<void>;
    },
  ): Promise<Made> {
    const key = JSON.stringify([...made, await compilerHash()]);
    const folder = join(this.folder, (await sha256(new TextEncoder().encode(key))).slice(0, KEY_DIGITS));
    const lock = await Lock.take(entryLock(folder), { log: this.log });
    try {
      const kept = await this.read(folder, read);
      if (kept !== undefined) return kept;
      const compiled = compile();
      await onDisk(folder, () => write(folder, compiled));
      return compiled;
    } finally {
      lock?.release();
    }
  }

  /** What an earlier process compiled; a damaged entry is removed. */
  private async read<Made>(
    folder: string,
    read: (folder: string) => Promise<Made>,
  ): Promise<Made | undefined> {
    try {
      return await read(folder);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      const reason = thrownMessage(error);
      this.log(`${folder} was changed after it was written, and is compiled again: ${reason}`);
      // Anything at the path of a file to write is removed, too.
      await onDisk(folder, () => Deno.remove(folder, { recursive: true }));
      return undefined;
    }
  }
}

/** The content of a model's files, and what their graphs depend on beside it. */
function weightsOf({ weights, onnx, facts }: OpenModel): readonly unknown[] {
  const files = [...weights].map(([path, hash]) => [relative(dirname(onnx), path), hash]);
  return [...files, facts.multiplier];
}

/** What a step is compiled from beside the model. */
function stepOf(
  insertion: Insertion,
  optimizer: OptimizerName,
  { target, precision, loss = "plain", answer = "word" }: CompileTarget,
): readonly string[] {
  return [insertion, optimizer, target, precision, loss, answer];
}
