import { Argument, type Command } from "commander";
import { type DescribedVerb, type Shell, SHELLS } from "../terminal/completions/described.ts";

/** What `completions` does with its argument. @param verbs of the command line */
export interface CompletionsVerb {
  completions(shell: Shell, verbs: readonly DescribedVerb[]): Promise<void>;
}

/** Adds `completions` to the command line. */
export function addCompletions(program: Command, verbs: CompletionsVerb): void {
  program.command("completions")
    .description("print the script by which a shell completes this command line")
    .addArgument(new Argument("<shell>", "the shell").choices(SHELLS))
    .addHelpText(
      "after",
      "\nExample:\n  softprompt completions fish > ~/.config/fish/completions/softprompt.fish",
    )
    .action((shell: Shell) => verbs.completions(shell, described(program)));
}

/** The verbs of a command line, with their flags and arguments. */
function described(program: Command): DescribedVerb[] {
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    flags: command.createHelp().visibleOptions(command).flatMap((flag) =>
      flag.long === undefined || flag.long === null ? [] : [{
        long: flag.long,
        description: flag.description,
        takesValue: flag.required || flag.optional,
        choices: flag.argChoices ?? [],
        isRepeated: Array.isArray(flag.defaultValue) && flag.argChoices === undefined,
      }]
    ),
    arguments: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      choices: argument.argChoices ?? [],
      isVariadic: argument.variadic,
    })),
  }));
}
