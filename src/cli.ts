/**
 * The command line: verbs and flags. A verb's module is loaded when it is called.
 *
 * @module
 */
import { Argument, Command, CommanderError, Option } from "commander";
import project from "../deno.json" with { type: "json" };
import type { BatchFlags } from "./commands/batch.ts";
import type { CompileFlags } from "./commands/compile.ts";
import type { DataFlags } from "./commands/data.ts";
import type { DiffFlags } from "./commands/diff.ts";
import type { ExportFlags } from "./commands/export.ts";
import { CHOICES, DEFAULTS } from "./experiment/experiment_file.ts";
import { collect, DIFF_FORMATS, level, portNumber, shardOf, wholeNumber } from "./commands/flag_values.ts";
import type { PredictFlags } from "./commands/predict.ts";
import type { RunFlags } from "./commands/run.ts";
import type { ServeFlags } from "./commands/serve.ts";
import type { ValidateFlags } from "./commands/validate.ts";
import { OPTIMIZER_NAMES } from "./compiler/mod.ts";
import { exitCodeOf, messageOf, OUTPUT_CLOSED } from "./terminal/exit_codes.ts";
import type { Io } from "./terminal/io.ts";
import { safeIo } from "./terminal/safe_io.ts";
import { styleFor } from "./terminal/style.ts";

/**
 * Runs a command line. Errors go to standard error, without a stack trace.
 *
 * @param args the verb, its arguments and flags
 * @param given what it prints and reads
 * @returns the exit code
 */
export async function main(args: readonly string[], given: Io): Promise<number> {
  const io = safeIo(given);
  try {
    await programFor(io).parseAsync([...args], { from: "user" });
    return io.isOutputClosed() ? OUTPUT_CLOSED : 0;
  } catch (error) {
    const code = exitCodeOf(error);
    if (code === 0 && io.isOutputClosed() || code === OUTPUT_CLOSED) return OUTPUT_CLOSED;
    // Commander has printed the error in the flag, with the usage.
    if (!(error instanceof CommanderError)) {
      io.log(`${styleFor(io.hasColors.stderr)("red", "error")}: ${messageOf(error)}`);
    }
    return code;
  }
}

/** The verbs and their flags. */
function programFor(io: Io): Command {
  const line = (text: string) => text.replace(/\n$/, "");
  const program = new Command("softprompt")
    .description("Prompt tuning from experiment files: a frozen language model, a soft prompt, ONNX Runtime.")
    .version(project.version)
    .exitOverride()
    .showHelpAfterError("(see --help for usage)")
    .configureOutput({
      writeOut: (text) => io.print(line(text)),
      writeErr: (text) => io.log(line(text)),
      getOutHasColors: () => io.hasColors.stdout,
      getErrHasColors: () => io.hasColors.stderr,
    });

  program.command("run")
    .description("run experiment files, one after the other, and write their results")
    .argument("<files...>", "experiment files (YAML)")
    .option("--results <dir>", "the folder that results go into", "results")
    .option("--force", "run again even if nothing has changed", false)
    .option("--no-self-check", "skip the comparison of the compiled graphs with the model's own file")
    .option(
      "--set <key=value>",
      "set a key to another value; the results go into a folder named after it",
      collect,
      [],
    )
    .addHelpText(
      "after",
      "\nExample:\n  softprompt run experiments/rt-polarity/soft-20-vocabulary.yaml --set seed=1",
    )
    .action(async (
      files: string[],
      { set: overrides, ...flags }: Omit<RunFlags, "overrides"> & { readonly set: readonly string[] },
    ) => (await import("./commands/run.ts")).run(files, { ...flags, overrides }, io));

  program.command("batch")
    .description(
      "execute all runs that experiment files ask for, including sweeps and variants, and summarize them",
    )
    .argument("<files...>", "experiment files, folders of them, or patterns")
    .option("--results <dir>", "the folder that results go into", "results")
    .option("--jobs <n>", "the number of runs to execute at the same time", wholeNumber, 1)
    .addOption(
      new Option(
        "--fuse <mode>",
        "whether to fuse the steps of runs with the same compiled step, prompt length and verbalizer; auto: only on a GPU",
      ).choices(["auto", "on", "off"]).default("auto"),
    )
    .option("--only <pattern>", "run only those whose name matches a pattern (*length=5*) or contains a text")
    .option("--force", "run again even if nothing has changed", false)
    .option("--no-self-check", "skip the comparison of the compiled graphs with the model's own file")
    .option("--fail-fast", "start no more runs after one fails", false)
    .option("--shard <i/n>", "run only the i-th of n parts, to share a batch among machines", shardOf)
    .addHelpText("after", "\nExample:\n  softprompt batch experiments/rt-polarity --only seed=0")
    .action(async (files: string[], flags: BatchFlags) =>
      (await import("./commands/batch.ts")).batch(files, flags, io)
    );

  program.command("diff")
    .description("show what differs between two results, and whether the difference is significant")
    .argument("<a>", "the baseline: the folder of a run or of a sweep, or a saved report")
    .argument("<b>", "the result to compare with it, in any of the same forms")
    .addOption(
      new Option("--format <how>", "the format on standard output").choices(DIFF_FORMATS).default(
        "text",
      ),
    )
    .option("--fail-on-regression", "end with exit code 3 where a metric got worse", false)
    .option("--alpha <level>", "the significance level of the tests", level, 0.05)
    .addHelpText(
      "after",
      "\nExample:\n  softprompt diff results/rt-hard results/rt-soft-20 --format markdown",
    )
    .action(async (a: string, b: string, flags: DiffFlags) =>
      (await import("./commands/diff.ts")).diff(a, b, flags, io)
    );

  program.command("predict")
    .description("classify texts with a run's prompt; writes a line of JSON for each to standard output")
    .argument("<run>", "the folder of a run")
    .argument("[texts...]", "texts to classify")
    .option(
      "--file <path>",
      "a file of texts, with the columns that the run was tuned on: .csv, .tsv, .jsonl, .json or .parquet; in a .txt file each line that is not empty is a text; - is JSON Lines on standard input",
    )
    .option(
      "--encoding <name>",
      "the file's encoding (default: that of the run's data of the same kind, else utf-8)",
    )
    .addOption(
      new Option("--device <kind>", "the device to compute on (default: that of the experiment)").choices(
        CHOICES.device,
      ),
    )
    .option("--model <dir>", "the model's folder, if it has moved since the run")
    .option("--results <dir>", "the folder of all results, with the cache of compiled steps", "results")
    .addHelpText(
      "after",
      '\nExample:\n  softprompt predict results/first-soft "two hours that i will never get back ."',
    )
    .action(async (run: string, texts: string[], flags: PredictFlags) =>
      (await import("./commands/predict.ts")).predict(run, texts, flags, io)
    );

  program.command("export")
    .description("write a run's prompt for other programs")
    .argument("<run>", "the folder of a run")
    .addOption(
      new Option("--format <kind>", "peft: an adapter for PEFT; onnx: a classifier for ONNX Runtime")
        .choices(["peft", "onnx"]).makeOptionMandatory(),
    )
    .requiredOption("--out <dir>", "the folder to write")
    .option("--model <dir>", "the model's folder, if it has moved since the run")
    .addHelpText(
      "after",
      "\nExample:\n  softprompt export results/first-soft --format onnx --out results/classifier",
    )
    .action(async (run: string, flags: ExportFlags) =>
      (await import("./commands/export.ts")).exportRun(run, flags, io)
    );

  program.command("validate")
    .description(
      "check experiment files and everything that they name, without running them, and show what would run",
    )
    .argument("<files...>", "experiment files, folders of them, or patterns")
    .option("--results <dir>", "the folder of earlier runs, for estimates of the time", "results")
    .addHelpText("after", "\nExample:\n  softprompt validate experiments/")
    .action(async (files: string[], flags: ValidateFlags) =>
      (await import("./commands/validate.ts")).validate(files, flags, io)
    );

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
      new Option("--optimizer <name>", "the optimizer of the step").choices(OPTIMIZER_NAMES)
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
    .requiredOption("--out <dir>", "the folder that the artifacts go into")
    .option("--explain", "show what each pass of the compiler did", false)
    .addHelpText(
      "after",
      "\nExample:\n  softprompt compile --model data/models/reviews-mlm-mini --out results/artifacts",
    )
    .action(async (flags: CompileFlags) => (await import("./commands/compile.ts")).compile(flags, io));

  program.command("serve")
    .description(
      "serve a page that classifies sentences with a run's prompt and tunes another in the browser",
    )
    .argument("<run>", "the folder of a run of a soft prompt")
    .option(
      "--hard <run>",
      "a run of a hard prompt to compare with (default: the template without its vectors)",
    )
    .option("--model <dir>", "the model's folder, if it has moved since the run")
    .option("--results <dir>", "the folder of all results, with the cache of compiled steps", "results")
    .option(
      "--host <name>",
      "the address to listen on; 0.0.0.0 lets other computers connect, which 'deno task serve' has no permission for",
      "127.0.0.1",
    )
    .option("--port <n>", "the port; 0 for any free one", portNumber, 8000)
    .addHelpText("after", "\nExample:\n  softprompt serve results/first-soft --hard results/first-hard")
    .action(async (run: string, flags: ServeFlags) =>
      (await import("./commands/serve.ts")).serve(run, flags, io)
    );

  program.command("data")
    .description("download a dataset, check it and put it where experiments look for it")
    .addArgument(new Argument("<name>", "the name of the dataset").choices(["rt-polarity"]))
    .option("--from <dir>", "read the files from a folder instead of downloading them")
    .option(
      "--to <dir>",
      "the folder that datasets go into (default: data/ in this folder or the nearest parent that has one, else data/ here)",
    )
    .addHelpText("after", "\nExample:\n  softprompt data rt-polarity --from ~/Downloads/rt-polaritydata")
    .action(async (name: "rt-polarity", flags: DataFlags) =>
      (await import("./commands/data.ts")).data(name, flags, io)
    );

  return program;
}
