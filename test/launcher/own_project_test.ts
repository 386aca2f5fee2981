import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { exists, inFolder, writeExperiment } from "../commands/softprompt.ts";
import { ROOT } from "../shared.ts";

/** Where Deno keeps packages: elsewhere for another home folder. */
const { denoDir: DENO_DIR } = JSON.parse(
  new TextDecoder().decode(
    (await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output()).stdout,
  ),
);

/** Calls the launcher in a folder, as somebody whose home folder it is given. */
async function launched(
  cwd: string,
  home: string,
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly stderr: string }> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", join(ROOT, "src/launch.ts"), ...args],
    cwd,
    env: { HOME: home, DENO_DIR, NO_COLOR: "1" },
  }).output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

Deno.test("run without files runs the experiments of the folder that it is called in", () =>
  inFolder(async (folder) => {
    const none = await launched(folder, folder, "run");
    assertEquals([none.code, none.stderr], [
      2,
      "error: which experiment? There is none in a folder 'experiments' here: name a file, or start a project with init my-study\n",
    ]);
    await Deno.mkdir(join(folder, "project/experiments"), { recursive: true });
    const hard = { prompt: { kind: "hard", template: "{text} it was {mask} ." }, training: undefined };
    await writeExperiment(join(folder, "project/experiments"), hard);
    const { code, stderr } = await launched(join(folder, "project"), folder, "run");
    assertEquals(code, 0, stderr);
    assertEquals(await exists(folder, "project/results/small/metrics.json"), true);
  }));

Deno.test("folders beyond a project are granted by the user's settings, and by no file of the project", () =>
  inFolder(async (given) => {
    const folder = await Deno.realPath(given);
    const settings = JSON.stringify({ allowRead: [join(folder, "shared")] });
    for (const name of ["project", "shared", "home/.config/softprompt", "project/.config/softprompt"]) {
      await Deno.mkdir(join(folder, name), { recursive: true });
    }
    await Deno.writeTextFile(join(folder, "shared/d.csv"), "text,label\ngood,a\nbad,b\n");
    const file = join(folder, "project/x.softprompt.yaml");
    await Deno.writeTextFile(file, "name: x\ndataset: { file: ../shared/d.csv }\n");
    await Deno.writeTextFile(join(folder, "project/.config/softprompt/settings.json"), settings);
    const refused = await launched(join(folder, "project"), join(folder, "home"), "validate", file);
    assertStringIncludes(refused.stderr, `'dataset.file' leads to ${join(folder, "shared/d.csv")}`);
    await Deno.writeTextFile(join(folder, "home/.config/softprompt/settings.json"), settings);
    const granted = await launched(join(folder, "project"), join(folder, "home"), "validate", file);
    assertEquals(granted.stderr.includes("leads to"), false, granted.stderr);
    // The program itself says what else the file lacks.
    assertStringIncludes(granted.stderr, "x.softprompt.yaml");
  }));
