import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { checkUsualFolder } from "../../src/launcher/usual_folder.ts";
import { inFolder, writeExperiment } from "../commands/softprompt.ts";
import { ROOT } from "../shared.ts";

/** What the launcher refuses in a folder, of command lines that write; empty where it refuses nothing. */
async function refusals(cwd: string, lines: readonly (readonly string[])[]): Promise<string[]> {
  const program = `
    import { verbNeeds } from ${JSON.stringify(new URL("../../src/launcher/needs.ts", import.meta.url).href)};
    import { commandLine } from ${
    JSON.stringify(new URL("../../src/verbs/command_line.ts", import.meta.url).href)
  };
    import { commandIo } from ${
    JSON.stringify(new URL("../../src/terminal/command_io.ts", import.meta.url).href)
  };
    import { RecordingIo } from ${
    JSON.stringify(new URL("../terminal/recording_io.ts", import.meta.url).href)
  };
    const said = [];
    for (const line of ${JSON.stringify(lines)}) {
      const verbs = verbNeeds(${JSON.stringify(ROOT)}, () => said.push(""));
      await commandLine(verbs, await commandIo(new RecordingIo())).parseAsync(line, { from: "user" })
        .catch((error) => said.push(error.message));
    }
    console.log(JSON.stringify(said));`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", "--ext=ts", `--config=${join(ROOT, "deno.json")}`, program],
    cwd,
  }).output();
  if (stdout.length === 0) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** A project with a folder of its own, and a folder beside it, while a test goes on. */
async function inProject(test: (project: string, other: string) => Promise<void>): Promise<void> {
  await inFolder(async (given) => {
    const folder = await Deno.realPath(given);
    const [project, other] = [join(folder, "project"), join(folder, "other")];
    await Deno.mkdir(join(project, "inner"), { recursive: true });
    await Deno.mkdir(other);
    await Deno.writeTextFile(join(project, "package.json"), "{}");
    await test(project, other);
  });
}

const ignore = Deno.build.os === "windows";

Deno.test({
  name: "a link does not lead results out of the project, unless the command line names where they go",
  ignore,
  fn: () =>
    inProject(async (project, other) => {
      const check = (folder = "results") => checkUsualFolder(folder, "--results", project);
      await check();
      await Deno.symlink(join(project, "inner"), join(project, "results"));
      await check();
      await Deno.symlink(other, join(project, "inner/.cache"));
      await assertRejects(check, InputError, `results/.cache is a link to ${other}, out of the project`);
      await Deno.remove(join(project, "results"));
      await Deno.symlink(other, join(project, "results"));
      await assertRejects(check, InputError, `name that folder (--results ${other})`);
      await check(other);
    }),
});

Deno.test({
  name: "every verb that writes into a usual folder refuses one that is a link out of the project",
  ignore,
  fn: () =>
    inProject(async (project, other) => {
      const file = await writeExperiment(project, {});
      for (const name of ["results", "baselines"]) await Deno.symlink(other, join(project, name));
      const refused = await refusals(project, [
        ...["run", "batch", "validate"].map((verb) => [verb, file]),
        ["predict", "inner", "a"],
        ["serve", "inner"],
        ["clean"],
        ["view"],
        ["baseline", "set", "inner"],
        ["list"],
        ["run", file, "--results", other],
      ]);
      assertEquals(refused.map((message) => / is a link to .* \((.*) \/.*\)/.exec(message)?.[1] ?? message), [
        ...Array(6).fill("--results"),
        "view",
        "--baselines",
        "",
        "",
      ]);
    }),
});
