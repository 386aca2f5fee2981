import {
  compile,
  CompileError,
  compileHard,
  countParameters,
  factsOf,
  readOnnxFile,
} from "../../src/compiler/mod.ts";
import { readFiles } from "./read_files.ts";
import { onnxMutant } from "./onnx_mutants.ts";
import type { Target } from "./target.ts";

const PATH = "mutant/model.onnx";

/** Models: what the product makes of a file, verified after each pass. */
export const onnx: Target = {
  seeds: () => readFiles("test/fixtures/families", /\.onnx$/),
  mutate: onnxMutant,
  refusals: [CompileError],
  run: (bytes) => {
    const file = readOnnxFile(bytes, PATH);
    factsOf(file);
    countParameters(file);
    void compileHard(bytes, PATH, { verify: true }).predict;
    void compile(bytes, PATH, "embedding-output", "adamw", { verify: true }).train;
    return Promise.resolve("compiled");
  },
};
