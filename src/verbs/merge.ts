import type { Command } from "commander";
import type { MergeFlags } from "../commands/merge.ts";
import { asJson } from "./as_json.ts";

/** What `merge` does with its arguments and flags. */
export interface MergeVerb {
  merge(folders: readonly string[], flags: MergeFlags): Promise<void>;
}

/** Adds `merge` to the command line. */
export function addMerge(program: Command, verbs: MergeVerb): void {
  program.command("merge")
    .description(
      "join folders of results that were written apart; two different results of one run are an error",
    )
    .argument("<dirs...>", "folders of results")
    .requiredOption("--into <dir>", "the folder that they are merged into, a new one or one with results")
    .addOption(asJson())
    .addHelpText("after", "\nExample:\n  softprompt merge results-1 results-2 --into results")
    .action((folders: string[], flags: MergeFlags) => verbs.merge(folders, flags));
}
