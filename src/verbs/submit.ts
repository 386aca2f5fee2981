import type { Command } from "commander";
import type { SubmitFlags } from "../commands/submit.ts";
import { allowRead, type ReadFlags } from "./allow_read.ts";

/** What `submit` does with its arguments and flags. @param allowRead the paths of `--allow-read` */
export interface SubmitVerb {
  submit(args: readonly string[], flags: SubmitFlags, allowRead: readonly string[]): Promise<void>;
}

/** Adds `submit` to the command line. */
export function addSubmit(program: Command, verbs: SubmitVerb): void {
  program.command("submit")
    .description(
      "execute all runs that experiment files ask for on a cluster: an array job of Slurm or Kubernetes",
    )
    .argument("<files...>", "experiment files, folders of them, or patterns")
    .requiredOption("--cluster <file>", "the file that describes the cluster, and names the results folder")
    .option("--dry-run", "submit nothing: write the plan, and show the jobs", false)
    .addOption(allowRead())
    .addHelpText(
      "after",
      "\nExample:\n  softprompt submit experiments/paper --cluster cluster.yaml --dry-run",
    )
    .action((files: string[], flags: ReadFlags<SubmitFlags>) => verbs.submit(files, flags, flags.allowRead));
}
