import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { dirname, join, resolve } from "@std/path";
import { TEMPLATES } from "../../src/commands/project_template.ts";
import { parseExperiment } from "../../src/experiment/parse.ts";
import { ExperimentDocument } from "../../src/experiment/document.ts";
import { namedPaths } from "../../src/launcher/named_paths.ts";
import { projectOf } from "../../src/disk/project.ts";
import { RIGHTS } from "../../src/launcher/rights.ts";
import { ROOT } from "../shared.ts";
import project from "../../deno.json" with { type: "json" };
import { call, exists, inFolder } from "./softprompt.ts";

const SCHEMA = await Deno.readTextFile(join(ROOT, "src/experiment/schema.json"));

for (const template of Object.keys(TEMPLATES)) {
  Deno.test(`init --template ${template} writes an experiment whose files are in the project`, () =>
    inFolder(async (given) => {
      const folder: string = join(await Deno.realPath(given), "my-study");
      const { code, stdout, stderr } = await call(["init", folder, "--template", template]);
      assertEquals([code, stderr], [0, ""]);
      assertStringIncludes(stdout, `cd ${folder}\n  npx softprompt run`);
      const file: string = join(folder, "experiments/first.yaml");
      const text = await Deno.readTextFile(file);
      assertEquals(parseExperiment(text, file).name, "first");
      assertEquals(await projectOf(file), folder);
      const paths = namedPaths(new ExperimentDocument(text, file)).filter(({ written }) =>
        written.startsWith(".")
      );
      assert(paths.length > 0);
      for (const { path } of paths) assert(path.startsWith(`${folder}/`) && await exists(path), path);
    }));
}

Deno.test("a new project has the schema by a public address of this version and as a copy, for editors", () =>
  inFolder(async (given) => {
    const folder: string = join(given, "x");
    await call(["init", folder]);
    const [first = "", second = ""] = (await Deno.readTextFile(join(folder, "experiments/first.yaml"))).split(
      "\n",
    );
    const at = `https://cdn.jsdelivr.net/npm/softprompt@${project.version}/schema.json`;
    assertEquals(first, `# yaml-language-server: $schema=${at}`);
    const [, local = ""] = /\$schema=(\S+)/.exec(second) ?? [];
    const copy = await Deno.readTextFile(resolve(folder, "experiments", local));
    assertEquals(JSON.parse(copy), JSON.parse(SCHEMA));
    const settings = JSON.parse(await Deno.readTextFile(join(folder, ".vscode/settings.json")));
    const [name = ""] = Object.keys(settings["yaml.schemas"]);
    assertEquals(JSON.parse(await Deno.readTextFile(join(folder, name))), JSON.parse(SCHEMA));
    assertEquals(settings["yaml.schemas"][name], ["experiments/*.yaml", "*.softprompt.yaml"]);
  }));

Deno.test("the README of a new project names three commands that there are, and its settings keep results out of git", () =>
  inFolder(async (given) => {
    const folder: string = join(given, "Meine Studie");
    await call(["init", folder]);
    const verbs = [
      ...(await Deno.readTextFile(join(folder, "README.md"))).matchAll(/^npx softprompt (\w+)/gm),
    ];
    assertEquals(verbs.map(([, verb]) => verb), ["run", "predict", "validate"]);
    assert(verbs.every(([, verb]) => Object.hasOwn(RIGHTS, verb!)));
    assertStringIncludes(await Deno.readTextFile(join(folder, ".gitignore")), "results/");
    const { name, devDependencies } = JSON.parse(await Deno.readTextFile(join(folder, "package.json")));
    assertEquals([name, devDependencies], ["meine-studie", { softprompt: project.version }]);
  }));

Deno.test("init leaves a folder alone that is not empty, and a file", () =>
  inFolder(async (folder) => {
    const file: string = join(folder, "notes.txt");
    await Deno.writeTextFile(file, "mine");
    const full = await call(["init", folder]);
    assertEquals([full.code, full.stderr], [
      2,
      `error: ${folder} is not empty (it has notes.txt): name a new folder, as in init my-study\n`,
    ]);
    const taken = await call(["init", file]);
    assertEquals([taken.code, taken.stderr], [
      2,
      `error: ${file} is a file: name a new folder, as in init my-study\n`,
    ]);
    assertEquals((await Array.fromAsync(Deno.readDir(dirname(file)))).map(({ name }) => name), ["notes.txt"]);
  }));

Deno.test("init prints a command for the shell, also where the folder has an odd name", () =>
  inFolder(async (given) => {
    const folder = join(given, "a b's $HOME");
    const { stdout } = await call(["init", folder]);
    const [, command = ""] = /^ {2}(cd .*)$/m.exec(stdout) ?? [];
    const script = `${command} && ls experiments`;
    const shell = await new Deno.Command("sh", { args: ["-c", script] }).output();
    assertEquals(new TextDecoder().decode(shell.stdout), "first.yaml\n");
  }));

Deno.test("init says why a folder cannot be written", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "file"), "");
    const { code, stderr } = await call(["init", join(folder, "file/x")]);
    assert(code !== 0);
    assertStringIncludes(stderr, "file");
  }));

Deno.test("schema prints the schema of experiment files", async () => {
  const { code, stdout } = await call(["schema"]);
  assertEquals(code, 0);
  assertEquals(JSON.parse(stdout), JSON.parse(SCHEMA));
});
