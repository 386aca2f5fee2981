import { type Command, Option } from "commander";
import type { CleanFlags } from "../commands/clean.ts";
import { CLEANED, cleaned } from "../commands/flag_values.ts";
import { asJson } from "./as_json.ts";

/** What `clean` does with its arguments and flags. */
export interface CleanVerb {
  clean(files: readonly string[], flags: CleanFlags): Promise<void>;
}

/** Adds `clean` to the command line. */
export function addClean(program: Command, verbs: CleanVerb): void {
  program.command("clean")
    .description(
      "remove runs that are not complete, compiled steps and, where experiment files are named, runs that none of them asks for; it says what, and asks",
    )
    .argument(
      "[files...]",
      "experiment files, folders of them, or patterns: all that ask for runs that are to stay",
    )
    .option("--results <dir>", "the folder of all results", "results")
    .addOption(
      new Option("--what <kinds>", `only these, of ${CLEANED.join(", ")}`).argParser(cleaned)
        .default([], "all"),
    )
    .option("--yes", "remove without asking", false)
    .addOption(asJson())
    .addHelpText("after", "\nExample:\n  softprompt clean experiments --results results")
    .action((files: string[], flags: CleanFlags) => verbs.clean(files, flags));
}
