import { COMMAND, type DescribedFlag, type DescribedVerb, shortly } from "./described.ts";

/** The completion for fish (https://fishshell.com/docs/current/cmds/complete.html). */
export function fishCompletion(verbs: readonly DescribedVerb[]): string {
  return [
    `# Completion for fish: ${COMMAND} completions fish > ~/.config/fish/completions/${COMMAND}.fish`,
    ...verbs.map(({ name, description }) =>
      `complete -c ${COMMAND} -f -n __fish_use_subcommand -a ${name} -d ${quoted(shortly(description))}`
    ),
    ...verbs.flatMap(({ name, flags, arguments: args }) => {
      // The first word is the verb: others may be folders of the same name.
      const start = `complete -c ${COMMAND} -n ${quoted(`contains -- ${name} (commandline -opc)[2]`)}`;
      return [
        ...flags.map((flag) => `${start} ${flagOf(flag)}`),
        ...args.flatMap(({ choices }) =>
          choices.length > 0 ? [`${start} -f -a ${quoted(choices.join(" "))}`] : []
        ),
      ];
    }),
  ].join("\n");
}

/** A flag with a choice of values takes no files (`-x`), one with any value does (`-r -F`). */
function flagOf({ long, description, takesValue, choices }: DescribedFlag): string {
  const values = !takesValue ? "" : choices.length > 0 ? ` -x -a ${quoted(choices.join(" "))}` : " -r -F";
  return `-l ${long.replace(/^--/, "")}${values} -d ${quoted(shortly(description))}`;
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
