import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { readStep, writeStep } from "../../src/artifacts/step_files.ts";
import { CompileError } from "../../src/compiler/mod.ts";
import { withChecksums } from "../../src/disk/checksums.ts";
import { COMPILED, MODEL } from "../artifacts/tiny_artifacts.ts";
import { inFolder } from "./in_folder.ts";
import { valueMutant } from "./json_mutants.ts";
import { mutations } from "./mutate.ts";
import { onnxMutant } from "./onnx_mutants.ts";
import { readFiles } from "./read_files.ts";
import { splitName, withRightSums } from "./right_sums.ts";
import type { Target } from "./target.ts";

const SUMS = "SHA256SUMS";

/** Compiled graphs in the cache: unless its sums are made right, what is read is what was written. */
export const artifacts: Target = {
  seeds: async () => withRightSums(await files()),
  mutate: (bytes, seed, name) => {
    const { file } = splitName(name);
    if (file.endsWith(".json")) return valueMutant(bytes, seed);
    return file.endsWith(".onnx") ? onnxMutant(bytes, seed) : mutations(bytes, seed).next().value;
  },
  // Whatever is thrown, the step is compiled again.
  refusals: [RangeError, SyntaxError, CompileError],
  run: async (bytes, name) => {
    const { file, isRight } = splitName(name);
    const { [SUMS]: sums, ...contents } = Object.fromEntries([...await files(), [file, bytes]]);
    const summed = isRight ? withChecksums(contents) : { ...contents, [SUMS]: sums! };
    const encoder = new TextEncoder();
    const written = Object.entries(summed).map(([path, content]) =>
      [path, typeof content === "string" ? encoder.encode(content) : content] as const
    );
    const read = await inFolder(new Map(written), (folder) => readStep(folder, MODEL));
    if (!isRight) assertEquals(read, COMPILED);
    return "read";
  },
};

let made: Promise<ReadonlyMap<string, Uint8Array>> | undefined;

function files(): Promise<ReadonlyMap<string, Uint8Array>> {
  return made ??= inFolder(new Map(), async (root) => {
    const folder = join(root, "step");
    await writeStep(folder, COMPILED, MODEL);
    return await readFiles(folder, /./);
  });
}
