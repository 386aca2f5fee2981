import type { Command } from "commander";
import { collect } from "../commands/flag_values.ts";
import type { ValidateFlags } from "../commands/validate.ts";
import { allowRead, type ReadFlags } from "./allow_read.ts";
import { asJson } from "./as_json.ts";

/** What `validate` does with its arguments and flags. @param allowRead the paths of `--allow-read` */
export interface ValidateVerb {
  validate(args: readonly string[], flags: ValidateFlags, allowRead: readonly string[]): Promise<void>;
}

/** The flags of `validate` as they are on the command line. */
type ValidateLine = Omit<ValidateFlags, "overrides"> & { readonly set: readonly string[] };

/** Adds `validate` to the command line. */
export function addValidate(program: Command, verbs: ValidateVerb): void {
  program.command("validate")
    .description(
      "check experiment files and everything that they name, without running them, and show what would run",
    )
    .argument("<files...>", "experiment files, folders of them, or patterns")
    .option("--results <dir>", "the folder of earlier runs, for estimates of the time", "results")
    .option(
      "--set <key=value>",
      "set a key of all files to another value, as run and batch do",
      collect,
      [],
    )
    .option("--verbose", "list each run, also of folders and of sweeps of more than ten", false)
    .addOption(asJson())
    .addOption(allowRead())
    .addHelpText("after", "\nExample:\n  softprompt validate experiments/ --set device=wasm")
    .action((files: string[], { set: overrides, allowRead, ...flags }: ReadFlags<ValidateLine>) =>
      verbs.validate(files, { ...flags, overrides }, allowRead)
    );
}
