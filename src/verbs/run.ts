import type { Command } from "commander";
import type { RunFlags } from "../commands/run.ts";
import { collect } from "../commands/flag_values.ts";
import { allowRead, type ReadFlags } from "./allow_read.ts";
import { asJson } from "./as_json.ts";
import { reportToTrackers } from "./report_to.ts";

/** What `run` does with its arguments and flags. @param allowRead the paths of `--allow-read` */
export interface RunVerb {
  run(files: readonly string[], flags: RunFlags, allowRead: readonly string[]): Promise<void>;
}

/** The flags of `run` as they are on the command line. */
type RunLine = Omit<RunFlags, "overrides"> & { readonly set: readonly string[] };

/** Adds `run` to the command line. */
export function addRun(program: Command, verbs: RunVerb): void {
  program.command("run")
    .description("run experiment files, one after the other, and write their results")
    .argument("[files...]", "experiment files (YAML); by default those in the folder experiments")
    .option("--results <dir>", "the folder that results go into", "results")
    .option("--force", "run again even if nothing has changed", false)
    .option("--no-history", "remove the complete runs that others replace, instead of keeping the last ten")
    .option("--no-self-check", "skip the comparison of the compiled graphs with the model's own file")
    .option(
      "--no-replay",
      "on WebGPU, compute each batch through ONNX Runtime instead of replaying a recording",
    )
    .option(
      "--set <key=value>",
      "set a key to another value; the results go into a folder named after it",
      collect,
      [],
    )
    .option("--watch", "stay, and run what changes: a file, or what it names", false)
    .addOption(reportToTrackers())
    .addOption(asJson())
    .addOption(allowRead())
    .addHelpText(
      "after",
      "\nExample:\n  softprompt run experiments/rt-polarity/soft-20-vocabulary.yaml --set seed=1",
    )
    .action(async (named: string[], { set: overrides, allowRead, ...flags }: ReadFlags<RunLine>) => {
      const files = named.length > 0
        ? named
        : await (await import("../batch/project_experiments.ts")).projectExperiments();
      await verbs.run(files, { ...flags, overrides }, allowRead);
    });
}
