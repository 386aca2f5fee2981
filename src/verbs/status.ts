import type { Command } from "commander";
import type { StatusFlags } from "../commands/status.ts";
import { asJson } from "./as_json.ts";

/** What `status` does with its argument and flags. */
export interface StatusVerb {
  status(folder: string, flags: StatusFlags): Promise<void>;
}

/** Adds `status` to the command line. */
export function addStatus(program: Command, verbs: StatusVerb): void {
  program.command("status")
    .description(
      "say how far the runs in a folder of results are, from its files alone: what is complete, running, failed and waiting",
    )
    .argument("[folder]", "the folder of all results", "results")
    .option(
      "--fail-on-unfinished",
      "end with exit code 3 where a run is running or waiting; ensembles of a plan, which come last, do not count",
      false,
    )
    .option(
      "--plan <file>",
      "the plan of the submission that is meant, where it is not the last, whose plan is plan.json",
    )
    .addOption(asJson())
    .addHelpText("after", "\nExample:\n  softprompt status /shared/me/results")
    .action((folder: string, flags: StatusFlags) => verbs.status(folder, flags));
}
