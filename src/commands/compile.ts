import { join } from "@std/path";
import type { AnswerKind, Insertion, OptimizerName, Precision } from "../compiler/mod.ts";
import type { DeviceKind } from "../device/device.ts";
import { onDisk } from "../disk/on_disk.ts";
import { writeArtifacts } from "../artifacts/manifest.ts";
import { compileModel, compileModelBank, type CompileTarget, targetOf } from "../artifacts/compile_model.ts";
import { InputError } from "../base/errors.ts";
import type { ModelKeys } from "../experiment/experiment_file.ts";
import { resolveModel } from "../experiment/model_file.ts";
import type { CommandIo } from "../terminal/command_io.ts";
import { terminalDownloads } from "../terminal/downloads.ts";
import { explain, explanationLines } from "../terminal/explain_text.ts";
import { COMMAND_LINE } from "../model/folder.ts";
import { openGraph } from "../model/open_model.ts";

/** The flags of `compile`. */
export interface CompileFlags {
  /** The model's folder, or its id on the hub. */
  readonly model: string;
  /** For a model on the hub: a branch, a tag or a commit. */
  readonly revision?: string;
  /** The ONNX file within it, … */
  readonly file?: string;
  /** … or the precision of the export. */
  readonly dtype?: ModelKeys["dtype"];
  readonly insertion: Insertion;
  readonly optimizer: OptimizerName;
  /** The kind of device that the graphs are compiled for. */
  readonly device: DeviceKind;
  readonly precision: Precision;
  /** What is read of the model. */
  readonly answer: AnswerKind;
  /** The folder that the artifacts go into. */
  readonly out: string;
  /** Whether to show what each pass did. */
  readonly explain: boolean;
  readonly json: boolean;
}

/**
 * `softprompt compile`: writes a model's training artifacts, which any program with ONNX Runtime can run: the graphs, and
 * `artifacts.json`, which describes them. The weights stay in the model's own file.
 */
export async function compile(
  { model: source, revision, file, dtype, insertion, optimizer, device, precision, answer, out, ...flags }:
    CompileFlags,
  io: CommandIo,
): Promise<void> {
  const target: CompileTarget = { target: targetOf(device), precision, answer };
  if (file !== undefined && dtype !== undefined) {
    throw new InputError("compile takes --file or --dtype, not both");
  }
  const spec = resolveModel({
    source,
    ...(revision !== undefined && { revision }),
    ...(file !== undefined && { file }),
    ...(dtype !== undefined && { dtype }),
  });
  const model = await openGraph(spec, COMMAND_LINE, terminalDownloads(io));
  const explained = flags.explain ? explain(model, insertion, optimizer, target) : undefined;
  if (explained !== undefined && !flags.json) {
    for (const line of explanationLines(explained, io.columns())) io.print(line);
  }
  const compiled = compileModel(model, insertion, optimizer, target);
  const bank = compileModelBank(model, insertion, optimizer, target);
  const origin = { model, insertion, optimizer, ...target };
  await onDisk(out, () => writeArtifacts(out, compiled, bank, origin), "--out");
  if (flags.json) {
    const bytes = compiled.train.bytes.length;
    const about = {
      format: "softprompt-compiled/1",
      manifest: join(out, "artifacts.json"),
      model: model.folder,
    };
    io.print(
      JSON.stringify({ ...about, train_step_bytes: bytes, ...(explained && { explained }) }, null, 2),
      "data",
    );
    return;
  }
  const size = (compiled.train.bytes.length / 1024).toFixed(0);
  io.print(`${join(out, "artifacts.json")}: train_step.onnx ${size} KiB, weights in ${model.folder}`);
}
