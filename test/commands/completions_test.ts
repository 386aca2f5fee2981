import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { RIGHTS } from "../../src/launcher/rights.ts";
import { proposedByFish, proposedByZsh } from "./proposals.ts";
import { call, inFolder } from "./softprompt.ts";

async function script(shell: string): Promise<string> {
  const { code, stdout, stderr } = await call(["completions", shell]);
  assertEquals([code, stderr], [0, ""]);
  return stdout;
}

/** What bash proposes for the last of some words; nothing leaves it to the names of files. */
async function proposed(folder: string, ...words: string[]): Promise<string[]> {
  const program = [
    `source ${join(folder, "script")}`,
    `COMP_WORDS=(softprompt "$@") COMP_CWORD=$#`,
    "_softprompt",
    'printf "%s\\n" "${COMPREPLY[@]}"',
  ].join("\n");
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["--norc", "-c", program, "bash", ...words],
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "");
}

Deno.test({
  name: "bash completes verbs, flags, and the values that flags and arguments take; all else are files",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (folder) => {
      await Deno.writeTextFile(join(folder, "script"), await script("bash"));
      assertEquals(
        (await proposed(folder, "")).filter((one) => !one.startsWith("-")).sort(),
        Object.keys(RIGHTS).sort(),
      );
      assertEquals(await proposed(folder, "d"), ["diff", "data", "doctor"]);
      assertEquals(await proposed(folder, "list", "--s"), ["--status", "--sort"]);
      assertEquals(await proposed(folder, "list", "--sort", ""), ["name", "time", "metric"]);
      assertEquals(
        await proposed(folder, "compile", "--optimizer", "ada"),
        ["adamw", "adafactor"].filter((one) => one.startsWith("ada")),
      );
      assertEquals(await proposed(folder, "baseline", ""), ["set"]);
      assertEquals(await proposed(folder, "run", "experiments/"), []);
      assertEquals(await proposed(folder, "run", "--results", "--"), []);
    }),
});

Deno.test("the scripts for zsh and fish have every verb and flag, and quote what they describe", async () => {
  const [zsh, fish] = [await script("zsh"), await script("fish")];
  for (const verb of Object.keys(RIGHTS)) {
    assert(zsh.includes(`    '${verb}:`), verb);
    assertStringIncludes(fish, `-n __fish_use_subcommand -a ${verb} -d '`);
  }
  assertStringIncludes(zsh, "'--sort=[the order]:value:(name time metric)'");
  assertStringIncludes(zsh, "'*--set=[set a key to another value]:value:_files'");
  assertStringIncludes(zsh, "'*:files:_files'");
  assertStringIncludes(zsh, "model'\\''s");
  assertStringIncludes(fish, "-l sort -x -a 'name time metric' -d 'the order'");
  assertStringIncludes(fish, "model\\'s");
  const apostrophes = (line: string) => line.replaceAll("\\'", "").split("'").length - 1;
  assertEquals(fish.split("\n").filter((line) => apostrophes(line) % 2 === 1), []);
});

for (const [shell, proposedBy] of Object.entries({ zsh: proposedByZsh, fish: proposedByFish })) {
  // A program that is not there throws before there is a promise.
  const isThere = await Promise.try(() => new Deno.Command(shell, { args: ["-c", "exit"] }).output())
    .then(({ success }) => success, () => false);
  Deno.test({
    name: `${shell} itself completes verbs, flags and values, also beside a folder that is called as a verb`,
    ignore: !isThere,
    fn: () =>
      inFolder(async (folder) => {
        const file: string = join(folder, "script");
        await Deno.writeTextFile(file, await script(shell));
        const lines = [
          "d",
          "list --s",
          "list --sort ",
          "compile --optimizer ada",
          "baseline ",
          "diff run --wa",
        ];
        const proposed = await proposedBy(file, lines.map((line) => `softprompt ${line}`));
        assertEquals(proposed, [
          ["data", "diff", "doctor"],
          ["--sort", "--status"],
          ["metric", "name", "time"],
          ["adafactor", "adamw"],
          ["set"],
          [],
        ]);
      }),
  });
}

Deno.test("shells without a completion are refused by name", async () => {
  const { code, stderr } = await call(["completions", "csh"]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "Allowed choices are bash, zsh, fish");
});
