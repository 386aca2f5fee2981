import type { Command } from "commander";
import type { ReportFlags } from "../commands/report.ts";

/** What `report` does with its arguments and flags. */
export interface ReportVerb {
  report(runs: readonly string[], flags: ReportFlags): Promise<void>;
}

/** Adds `report` to the command line. */
export function addReport(program: Command, verbs: ReportVerb): void {
  program.command("report")
    .description(
      "write one page, to read or to print, of several runs: each of them, what they answer to the same sentences, and the others compared with the first",
    )
    .argument(
      "<runs...>",
      "the folders of runs, or of sweeps and batches, for all runs in them; the first is the baseline of the comparison",
    )
    .requiredOption("--out <file>", "the HTML file to write")
    .addHelpText(
      "after",
      "\nExample:\n  softprompt report results/first-hard results/first-soft --out results/first.html",
    )
    .action((runs: string[], flags: ReportFlags) => verbs.report(runs, flags));
}
