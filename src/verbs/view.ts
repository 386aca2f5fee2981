import type { Command } from "commander";
import { portNumber } from "../commands/flag_values.ts";
import type { ViewFlags } from "../commands/view.ts";
import { BASELINES } from "../results/baseline_place.ts";

/** What `view` does with its arguments and flags. */
export interface ViewVerb {
  view(folder: string, flags: ViewFlags): Promise<void>;
}

/** Adds `view` to the command line. */
export function addView(program: Command, verbs: ViewVerb): void {
  program.command("view")
    .description(
      "show all runs in a folder of results on a page that this computer alone can open, live while runs are underway; or write the page as a static site",
    )
    .argument("[folder]", "the folder of all results, or one in it", "results")
    .option("--port <n>", "the port; 0 for any free one", portNumber, 8001)
    .option(
      "--export <dir>",
      "write the page and all runs into a folder that any web server, or a browser, shows",
    )
    .option("--baselines <dir>", "the folder of baselines", BASELINES)
    .addHelpText("after", "\nExample:\n  softprompt view results\n  softprompt view results --export site")
    .action((folder: string, flags: ViewFlags) => verbs.view(folder, flags));
}
