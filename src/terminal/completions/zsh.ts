import {
  COMMAND,
  type DescribedArgument,
  type DescribedFlag,
  type DescribedVerb,
  shortly,
} from "./described.ts";

/** The completion for zsh, by `_arguments` (https://zsh.sourceforge.io/Doc/Release/Completion-System.html). */
export function zshCompletion(verbs: readonly DescribedVerb[]): string {
  return [
    `#compdef ${COMMAND}`,
    "# Completion for zsh: add this line to ~/.zshrc, after compinit",
    `#   source <(${COMMAND} completions zsh)`,
    `_${COMMAND}() {`,
    "  local -a verbs",
    "  verbs=(",
    ...verbs.map(({ name, description }) => `    ${quoted(`${name}:${escaped(shortly(description))}`)}`),
    "  )",
    "  if (( CURRENT == 2 )); then",
    "    _describe verb verbs",
    "    return",
    "  fi",
    "  local verb=$words[2]",
    "  shift words",
    "  (( CURRENT-- ))",
    "  case $verb in",
    ...verbs.flatMap(({ name, flags, arguments: args }) => [
      `    ${name})`,
      "      _arguments -S \\",
      [...flags.map(flagSpec), ...args.map(argumentSpec)].map((spec) => `        ${quoted(spec)}`)
        .join(" \\\n"),
      "      ;;",
    ]),
    "  esac",
    "}",
    `if [ "$funcstack[1]" = "_${COMMAND}" ]; then`,
    `  _${COMMAND} "$@"`,
    "else",
    `  compdef _${COMMAND} ${COMMAND}`,
    "fi",
  ].join("\n");
}

function flagSpec({ long, description, takesValue, choices, isRepeated }: DescribedFlag): string {
  const value = takesValue ? `:value:${action(choices)}` : "";
  return `${isRepeated ? "*" : ""}${long}${takesValue ? "=" : ""}[${escaped(shortly(description))}]${value}`;
}

function argumentSpec({ name, choices, isVariadic }: DescribedArgument, i: number): string {
  return `${isVariadic ? "*" : i + 1}:${escaped(name)}:${action(choices)}`;
}

function action(choices: readonly string[]): string {
  return choices.length > 0 ? `(${choices.join(" ")})` : "_files";
}

/** A text in a specification, in which brackets and colons have a meaning. */
function escaped(text: string): string {
  return text.replace(/[\\[\]:$`]/g, "\\$&");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
