import { Argument, type Command } from "commander";
import type { BaselineFlags } from "../commands/baseline.ts";
import { baselineName } from "../commands/flag_values.ts";
import { BASELINES, MAIN_BASELINE } from "../results/baseline_place.ts";

/** What `baseline` does with its arguments and flags. @param action what is done with the run */
export interface BaselineVerb {
  baseline(action: "set", run: string, flags: BaselineFlags): Promise<void>;
}

/** Adds `baseline` to the command line. */
export function addBaseline(program: Command, verbs: BaselineVerb): void {
  program.command("baseline")
    .description(
      "keep a run with its predictions in a file, which is committed, and which diff --baseline compares others with",
    )
    .addArgument(new Argument("<action>", "set: make a run the baseline").choices(["set"]))
    .argument("<run>", "the folder of a run or of a sweep, or a saved report")
    .option("--name <name>", "the baseline's name", baselineName, MAIN_BASELINE)
    .option("--baselines <dir>", "the folder of baselines", BASELINES)
    .addHelpText("after", "\nExample:\n  softprompt baseline set results/first-hard")
    .action((action: "set", run: string, flags: BaselineFlags) => verbs.baseline(action, run, flags));
}
