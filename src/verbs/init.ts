import { type Command, Option } from "commander";
import type { InitFlags } from "../commands/init.ts";
import { TEMPLATES } from "../commands/project_template.ts";

/** What `init` does with its arguments and flags. */
export interface InitVerb {
  init(folder: string, flags: InitFlags): Promise<void>;
}

/** Adds `init` to the command line. */
export function addInit(program: Command, verbs: InitVerb): void {
  program.command("init")
    .description("write a new project with a first experiment, its data and the settings of editors")
    .argument("<dir>", "a new folder, or one that is empty")
    .addOption(
      new Option("--template <name>", "what the experiment is about, and which model it tunes a prompt for")
        .choices(Object.keys(TEMPLATES)).default("sentiment"),
    )
    .addHelpText("after", "\nExample:\n  softprompt init my-study --template topics")
    .action((folder: string, flags: InitFlags) => verbs.init(folder, flags));
}
