import { type Command, Option } from "commander";
import type { DiffFlags } from "../commands/diff.ts";
import { DIFF_FORMATS, gate, level } from "../commands/flag_values.ts";

/** The metrics that fail a gate unless others are named. */
const USUAL_GATE = "accuracy,macroF1,loss,exactMatch,tokenF1,rougeL";

/** What `diff` does with its arguments and flags. */
export interface DiffVerb {
  diff(a: string, b: string, flags: DiffFlags): Promise<void>;
}

/** Adds `diff` to the command line. */
export function addDiff(program: Command, verbs: DiffVerb): void {
  program.command("diff")
    .description("show what differs between two results, and whether the difference is significant")
    .argument("<a>", "the baseline: the folder of a run or of a sweep, or a saved report")
    .argument("<b>", "the result to compare with it, in any of the same forms")
    .addOption(
      new Option("--format <how>", "the format on standard output").choices(DIFF_FORMATS).default(
        "text",
      ),
    )
    .option(
      "--fail-on-regression",
      "end with exit code 3 where a metric of the gate got worse, or runs are missing",
      false,
    )
    .addOption(
      new Option("--gate <metrics>", "the metrics that may fail it; sets --fail-on-regression")
        .argParser(gate).default(gate(USUAL_GATE), USUAL_GATE).implies({ failOnRegression: true }),
    )
    .option("--allow-missing", "let it pass where a side lacks runs or has some that are not complete", false)
    .option("--alpha <level>", "the significance level of the tests", level, 0.05)
    .addHelpText(
      "after",
      "\nExample:\n  softprompt diff results/rt-hard results/rt-soft-20 --format markdown",
    )
    .action((a: string, b: string, flags: Omit<DiffFlags, "isGateChosen">, command: Command) =>
      verbs.diff(a, b, { ...flags, isGateChosen: command.getOptionValueSource("gate") === "cli" })
    );
}
