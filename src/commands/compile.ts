import { dirname, join, relative, resolve } from "@std/path";
import { compile as compileModel, type Insertion, type OptimizerName } from "../compiler/mod.ts";
import { sha256 } from "../dataset/sha256.ts";
import { explain } from "./explain.ts";
import { openModel } from "./open_model.ts";

/** The flags of `compile`. */
export interface CompileFlags {
  /** The model's folder. */
  readonly model: string;
  /** The ONNX file within it. */
  readonly file: string;
  readonly insertion: Insertion;
  readonly optimizer: OptimizerName;
  /** The folder that the artifacts go into. */
  readonly out: string;
  /** Say what each pass did. */
  readonly explain: boolean;
}

/**
 * `softprompt compile`: writes a model's training artifacts, which any program with ONNX Runtime can run: the graphs, and
 * `artifacts.json`, which says how they belong together. The weights stay in the model's own file.
 */
export async function compile(
  { model: source, file, insertion, optimizer, out, explain: explains }: CompileFlags,
): Promise<void> {
  const model = await openModel(source, file, "./");
  if (explains) { for (const line of explain(model, insertion, optimizer)) console.log(line); }
  const compiled = compileModel(model.bytes, model.onnx, insertion, optimizer);
  const files = {
    train: "train_step.onnx",
    update: "update.onnx",
    predict: "predict.onnx",
    embed: "embed.onnx",
  } as const;
  await Deno.mkdir(out, { recursive: true });
  const weights = new Map<string, string>();
  for (const [name, path] of Object.entries(files) as [keyof typeof files, string][]) {
    await Deno.writeFile(join(out, path), compiled[name].bytes);
    for (const [, from] of compiled[name].weights) weights.set(from, await sha256(await Deno.readFile(from)));
  }
  const manifest = {
    format: "softprompt-artifacts/1",
    model: { source, revision: null, sha256: model.sha256 },
    insertion,
    dimension: compiled.dimension,
    optimizer,
    positions: compiled.positions,
    train: { file: files.train, state: compiled.state.map(({ name }) => name) },
    update: { file: files.update },
    predict: { file: files.predict },
    embed: { file: files.embed },
    weights: [...weights].map(([path, hash]) => ({
      location: relative(resolve(out), resolve(path)),
      sha256: hash,
    })),
  };
  await Deno.writeTextFile(join(out, "artifacts.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  console.log(
    `${join(out, "artifacts.json")}: ${files.train} ${
      (compiled.train.bytes.length / 1024).toFixed(0)
    } KiB, weights in ${dirname(model.onnx)}`,
  );
}
