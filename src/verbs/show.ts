import type { Command } from "commander";
import type { ShowFlags } from "../commands/show.ts";
import { asJson } from "./as_json.ts";

/** What `show` does with its arguments and flags. */
export interface ShowVerb {
  show(run: string, flags: ShowFlags): Promise<void>;
}

/** Adds `show` to the command line. */
export function addShow(program: Command, verbs: ShowVerb): void {
  program.command("show")
    .description(
      "show what a run was: its prompt and data, its metrics with their intervals, the words near its vectors, its files, and how to run it again",
    )
    .argument("<run>", "the folder of a run, also of one that is not complete")
    .addOption(asJson())
    .addHelpText("after", "\nExample:\n  softprompt show results/first-soft")
    .action((run: string, flags: ShowFlags) => verbs.show(run, flags));
}
