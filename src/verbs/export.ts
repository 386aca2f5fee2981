import { type Command, Option } from "commander";
import type { ExportFlags } from "../commands/export.ts";
import { EXPORT_DTYPES, EXPORT_FORMATS } from "../commands/flag_values.ts";
import { allowRead, type ReadFlags } from "./allow_read.ts";

/** What `export` does with its arguments and flags. @param allowRead the paths of `--allow-read` */
export interface ExportVerb {
  export(run: string, flags: ExportFlags, allowRead: readonly string[]): Promise<void>;
}

/** Adds `export` to the command line. */
export function addExport(program: Command, verbs: ExportVerb): void {
  program.command("export")
    .description("write a run's prompt for other programs")
    .argument("<run>", "the folder of a run")
    .addOption(
      new Option(
        "--format <kind>",
        "peft: an adapter for PEFT; onnx: a classifier, or a generator of texts, for ONNX Runtime; cache: the prompt's keys and values, for programs that start from them",
      )
        .choices(EXPORT_FORMATS).makeOptionMandatory(),
    )
    .addOption(
      new Option(
        "--dtype <kind>",
        "of --format onnx, how weights are stored, as transformers.js names it: fp32 (the default), fp16 or q8",
      ).choices(EXPORT_DTYPES),
    )
    .requiredOption("--out <dir>", "the folder to write")
    .option("--model <dir>", "the model's folder, if it has moved since the run")
    .addOption(allowRead())
    .addHelpText(
      "after",
      "\nExample:\n  softprompt export results/first-soft --format onnx --out results/classifier",
    )
    .action((run: string, { allowRead, ...flags }: ReadFlags<ExportFlags>) =>
      verbs.export(run, flags, allowRead)
    );
}
