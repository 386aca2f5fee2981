import type { Command } from "commander";
import type { ServeFlags } from "../commands/serve.ts";
import { portNumber } from "../commands/flag_values.ts";
import { allowRead, type ReadFlags } from "./allow_read.ts";

/** What `serve` does with its arguments and flags. @param allowRead the paths of `--allow-read` */
export interface ServeVerb {
  serve(run: string, flags: ServeFlags, allowRead: readonly string[]): Promise<void>;
}

/** Adds `serve` to the command line. */
export function addServe(program: Command, verbs: ServeVerb): void {
  program.command("serve")
    .description(
      "serve a page that classifies sentences with a run's prompt and tunes another in the browser; or, of a run of generated texts, a page that asks it, and other programs by POST /answer",
    )
    .argument("<run>", "the folder of a run of a soft prompt, or of any run of generated texts")
    .option(
      "--hard <run>",
      "a run of a hard prompt to compare with (default: the template without its vectors; for generated texts, none)",
    )
    .option("--model <dir>", "the model's folder, if it has moved since the run")
    .option("--results <dir>", "the folder of all results, with the cache of compiled steps", "results")
    .option(
      "--host <name>",
      "the address to listen on; 0.0.0.0 lets other computers connect",
      "127.0.0.1",
    )
    .option("--port <n>", "the port; 0 for any free one", portNumber, 8000)
    .addOption(allowRead())
    .addHelpText("after", "\nExample:\n  softprompt serve results/first-soft --hard results/first-hard")
    .action((run: string, { allowRead, ...flags }: ReadFlags<ServeFlags>) =>
      verbs.serve(run, flags, allowRead)
    );
}
