import { join } from "@std/path";
import type { Insertion, OptimizerName, Precision } from "../compiler/mod.ts";
import type { DeviceKind } from "../device/device.ts";
import { writeArtifacts } from "./artifacts.ts";
import { compileModel, type Form, targetOf } from "./compile_model.ts";
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
  /** What the graphs are made for. */
  readonly device: DeviceKind;
  readonly precision: Precision;
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
  { model: source, file, insertion, optimizer, device, precision, out, explain: explains }: CompileFlags,
): Promise<void> {
  const form: Form = { target: targetOf(device), precision };
  const model = await openModel(source, file, "./");
  if (explains) { for (const line of await explain(model, insertion, optimizer, form)) console.log(line); }
  const compiled = await compileModel(model, insertion, optimizer, form);
  await writeArtifacts(out, compiled, { source, sha256: model.sha256, insertion, optimizer, ...form });
  const size = (compiled.train.bytes.length / 1024).toFixed(0);
  console.log(`${join(out, "artifacts.json")}: train_step.onnx ${size} KiB, weights in ${model.folder}`);
}
