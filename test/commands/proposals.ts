import { dirname, join } from "@std/path";

/** Runs a program of a shell. @throws {Error} with its own words where it fails */
async function ended(shell: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(shell, { args: [...args] }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`${shell}: ${text(stdout)}${text(stderr)}`);
  return text(stdout);
}

/** What fish proposes for command lines. @param script the completion's */
export async function proposedByFish(script: string, lines: readonly string[]): Promise<string[][]> {
  const program = [
    `source ${script}`,
    ...lines.flatMap((line) => [`complete -C '${line}'`, "echo END"]),
  ].join("\n");
  const printed = await ended("fish", ["--no-config", "-c", program]);
  const parts = printed.split("END\n").slice(0, -1);
  return parts.map((part) => sorted(part.split("\n").map((line) => line.split("\t")[0]!)));
}

/**
 * What zsh proposes for command lines. It completes for a person alone, and so gets a terminal of its own (the module zpty); what is
 * added to the list of matches is written down.
 *
 * @param script the completion's
 */
export async function proposedByZsh(script: string, lines: readonly string[]): Promise<string[][]> {
  const found = join(dirname(script), "found");
  const setUp = join(dirname(script), "set_up");
  await Deno.writeTextFile(
    setUp,
    `autoload -Uz compinit; compinit -D -u; source ${script}
compadd() {
  local -a matches
  [[ " $* " == *" -[OAD] "* ]] || { builtin compadd -O matches "$@"; print -rl -- $matches >> ${found}; }
  builtin compadd "$@"
}
propose() { zle list-choices; print END >> ${found}; zle kill-buffer; }
zle -N propose; bindkey '^T' propose; print END >> ${found}
`,
  );
  const program = `zmodload zsh/zpty
zpty shell zsh -f -i
until_ended() { repeat 1000; do [[ $(grep -c '^END$' ${found}) == $1 ]] && return; sleep 0.01; done; exit 1; }
: > ${found}
zpty -w shell 'source ${setUp}'
until_ended 1
n=1
for line in "$@"; do zpty -w -n shell "$line"$'\\x14'; until_ended $((++n)); done
zpty -d shell`;
  await ended("zsh", ["-f", "-c", program, "zsh", ...lines]);
  const parts = (await Deno.readTextFile(found)).split("END\n").slice(1, -1);
  return parts.map((part) => sorted(part.split("\n")));
}

function sorted(words: readonly string[]): string[] {
  return [...new Set(words)].filter((word) => word !== "").sort();
}
