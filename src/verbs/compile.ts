import { type Command, Option } from "commander";
import type { CompileFlags } from "../commands/compile.ts";
import { CHOICES, DEFAULTS } from "../experiment/experiment_file.ts";
import { asJson } from "./as_json.ts";

/** What `compile` does with its arguments and flags. */
export interface CompileVerb {
  compile(flags: CompileFlags): Promise<void>;
}

/** Adds `compile` to the command line. */
export function addCompile(program: Command, verbs: CompileVerb): void {
  program.command("compile")
    .description("write the training artifacts of a model: the training step as an ONNX graph")
    .requiredOption(
      "--model <source>",
      "the model's folder, in the layout of the hub, or its id on the hub (owner/name)",
    )
    .option("--revision <name>", "for a model on the hub: a branch, a tag or a commit")
    .option("--file <path>", "the ONNX file within it (default: by --dtype)")
    .addOption(
      new Option(
        "--dtype <precision>",
        "which export to use: onnx/model.onnx for fp32, onnx/model_fp16.onnx for fp16, …",
      )
        .choices(CHOICES["model.dtype"]),
    )
    .addOption(
      new Option("--insertion <place>", "where the prompt enters").choices(CHOICES["prompt.insertion"])
        .default(DEFAULTS.prompt.insertion),
    )
    .addOption(
      new Option("--optimizer <name>", "the optimizer of the step").choices(
        CHOICES["training.optimizer.name"],
      )
        .default(DEFAULTS["training.optimizer"].name),
    )
    .addOption(
      new Option("--device <kind>", "the kind of device that the graphs are compiled for").choices(
        CHOICES.device.filter((kind) => kind !== "auto"),
      )
        .default("cpu"),
    )
    .addOption(
      new Option("--precision <type>", "the precision of the frozen model").choices(CHOICES.precision)
        .default(DEFAULTS.experiment.precision),
    )
    .addOption(
      new Option("--answer <kind>", "what is read of the model: a word that stands for a class, or a text")
        .choices(["word", "text"]).default("word"),
    )
    .requiredOption("--out <dir>", "the folder that the artifacts go into")
    .option("--explain", "show what each pass of the compiler did", false)
    .addOption(asJson())
    .addHelpText(
      "after",
      "\nExample:\n  softprompt compile --model data/models/reviews-mlm-mini --out results/artifacts",
    )
    .action((flags: CompileFlags) => verbs.compile(flags));
}
