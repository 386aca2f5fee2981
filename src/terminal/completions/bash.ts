import { COMMAND, type DescribedVerb } from "./described.ts";

/**
 * The completion for bash, from 3.2 on: verbs, flags, and the values of flags and arguments that have a choice; everything else is
 * completed as a file (https://www.gnu.org/software/bash/manual/html_node/Programmable-Completion.html).
 */
export function bashCompletion(verbs: readonly DescribedVerb[]): string {
  const words = (some: readonly string[]) => `COMPREPLY=($(compgen -W "${some.join(" ")}" -- "$current"))`;
  const values = verbs.flatMap(({ name, flags }) =>
    flags.flatMap(({ long, takesValue, choices }) =>
      takesValue ? [`    "${name} ${long}") ${choices.length > 0 ? `${words(choices)}; ` : ""}return ;;`] : []
    )
  );
  const chosen = verbs.flatMap(({ name, arguments: args }) =>
    args.flatMap(({ choices }, i) =>
      choices.length === 0 ? [] : [`    "${name} ${i + 2}") ${words(choices)}; return ;;`]
    )
  );
  return [
    `# Completion for bash: add this line to ~/.bashrc`,
    `#   source <(${COMMAND} completions bash)`,
    `_${COMMAND}() {`,
    '  local current="${COMP_WORDS[COMP_CWORD]}"',
    '  local previous="${COMP_WORDS[COMP_CWORD - 1]}"',
    '  local verb="${COMP_WORDS[1]}"',
    "  COMPREPLY=()",
    "  if ((COMP_CWORD == 1)); then",
    `    ${words([...verbs.map(({ name }) => name), "--help", "--version"])}`,
    "    return",
    "  fi",
    '  case "$verb $previous" in',
    ...values,
    "  esac",
    '  if [[ "$current" == -* ]]; then',
    '    case "$verb" in',
    ...verbs.map(({ name, flags }) => `      ${name}) ${words(flags.map(({ long }) => long))} ;;`),
    "    esac",
    "    return",
    "  fi",
    '  case "$verb $COMP_CWORD" in',
    ...chosen,
    "  esac",
    "}",
    `complete -o bashdefault -o default -F _${COMMAND} ${COMMAND}`,
  ].join("\n");
}
