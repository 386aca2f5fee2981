import { type Command, Option } from "commander";
import { ORDERS, runStates } from "../commands/flag_values.ts";
import type { ListFlags } from "../commands/list.ts";
import { RUN_STATES } from "../results/run_states.ts";
import { asJson } from "./as_json.ts";

/** What `list` does with its arguments and flags. */
export interface ListVerb {
  list(folder: string, flags: ListFlags): Promise<void>;
}

/** Adds `list` to the command line. */
export function addList(program: Command, verbs: ListVerb): void {
  program.command("list")
    .description("list all runs in a folder of results: when, what, the metric with its interval, the status")
    .argument("[folder]", "the folder of all results, or one in it", "results")
    .option("--only <pattern>", "only runs whose name matches a pattern (*length=5*) or contains a text")
    .addOption(
      new Option("--status <states>", `only runs of these states, of ${RUN_STATES.join(", ")}`)
        .argParser(runStates).default(RUN_STATES, "all"),
    )
    .addOption(
      new Option("--sort <by>", "the order: by name, the last first, or the best first").choices(ORDERS)
        .default("name"),
    )
    .addOption(asJson())
    .addHelpText("after", "\nExample:\n  softprompt list results/study --sort metric")
    .action((folder: string, flags: ListFlags) => verbs.list(folder, flags));
}
