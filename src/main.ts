/**
 * The command line: verbs and flags, nothing else.
 *
 * @module
 */
import { Argument, Command, CommanderError, Option } from "commander";
import project from "../deno.json" with { type: "json" };
import { compile, type CompileFlags } from "./commands/compile.ts";
import { data, type DataFlags } from "./commands/data.ts";
import { exitCodeOf, messageOf } from "./commands/exit.ts";
import { run, type RunFlags } from "./commands/run.ts";
import { validate } from "./commands/validate.ts";
import { OPTIMIZER_NAMES } from "./compiler/mod.ts";

const program = new Command("softprompt")
  .description("Prompt tuning from experiment files: a frozen language model, a soft prompt, ONNX Runtime.")
  .version(project.version)
  .exitOverride()
  .showHelpAfterError("(--help shows how it is used)")
  .configureOutput({ getOutHasColors: () => !Deno.noColor, getErrHasColors: () => !Deno.noColor });

program.command("run")
  .description("run experiment files, one after the other, and write their results")
  .argument("<files...>", "experiment files (YAML)")
  .option("--results <dir>", "the folder that results go into", "results")
  .option("--force", "run again though nothing has changed", false)
  .option(
    "--set <key=value>",
    "set a key to another value; the results go into a folder of that name",
    collect,
    [],
  )
  .addHelpText(
    "after",
    "\nExample:\n  softprompt run experiments/rt-polarity/soft-20-vocabulary.yaml --set seed=1",
  )
  .action((files: string[], flags: RunFlags) => run(files, flags));

program.command("validate")
  .description("check experiment files and all that they name, without running them")
  .argument("<files...>", "experiment files (YAML)")
  .addHelpText("after", "\nExample:\n  softprompt validate experiments/*/*.yaml")
  .action((files: string[]) => validate(files));

program.command("compile")
  .description("write the training artifacts of a model: the training step as an ONNX graph")
  .requiredOption("--model <dir>", "the model's folder, in the hub's layout")
  .option("--file <path>", "the ONNX file within it", "onnx/model.onnx")
  .addOption(
    new Option("--insertion <place>", "where the prompt enters").choices([
      "embedding-output",
      "word-embeddings",
    ])
      .default("embedding-output"),
  )
  .addOption(
    new Option("--optimizer <name>", "what the step ends in").choices(OPTIMIZER_NAMES).default("adamw"),
  )
  .requiredOption("--out <dir>", "the folder that the artifacts go into")
  .option("--explain", "say what each pass of the compiler did", false)
  .addHelpText(
    "after",
    "\nExample:\n  softprompt compile --model data/models/reviews-mlm-mini --out results/artifacts",
  )
  .action((flags: CompileFlags) => compile(flags));

program.command("data")
  .description("fetch a dataset, check it and put it into data/")
  .addArgument(new Argument("<name>", "which dataset").choices(["rt-polarity"]))
  .option("--from <dir>", "take the files from a folder instead of the network")
  .option("--to <dir>", "the folder that datasets go into", "data")
  .addHelpText("after", "\nExample:\n  softprompt data rt-polarity --from ~/Downloads/rt-polaritydata")
  .action((name: "rt-polarity", flags: DataFlags) => data(name, flags));

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

try {
  await program.parseAsync(Deno.args, { from: "user" });
  Deno.exit(0);
} catch (error) {
  if (!(error instanceof CommanderError)) console.error(messageOf(error));
  Deno.exit(exitCodeOf(error));
}
