import { Argument, type Command } from "commander";
import type { DataFlags } from "../commands/data.ts";
import { RT_POLARITY } from "../dataset/rt_polarity.ts";

/** What `data` does with its arguments and flags. */
export interface DataVerb {
  data(name: typeof RT_POLARITY.name, flags: DataFlags): Promise<void>;
}

/** Adds `data` to the command line. */
export function addData(program: Command, verbs: DataVerb): void {
  program.command("data")
    .description("download a dataset, check it and put it where experiments look for it")
    .addArgument(new Argument("<name>", "the name of the dataset").choices([RT_POLARITY.name]))
    .option("--from <dir>", "read the files from a folder instead of downloading them")
    .option(
      "--to <dir>",
      "the folder that datasets go into (default: data/ in this folder or the nearest parent that has one, else data/ here)",
    )
    .addHelpText("after", "\nExample:\n  softprompt data rt-polarity --from ~/Downloads/rt-polaritydata")
    .action((name: typeof RT_POLARITY.name, flags: DataFlags) => verbs.data(name, flags));
}
