import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { findExperimentFiles, readExperimentFile } from "../../src/batch/experiment_file.ts";
import { planSound } from "../../src/batch/plan.ts";
import { InputError } from "../../src/base/errors.ts";
import { inFolder } from "../commands/softprompt.ts";

Deno.test("an experiment file that is not UTF-8, a folder or not there is refused", () =>
  inFolder(async (folder) => {
    const file: string = join(folder, "x.yaml"),
      refused = (path: string, message: string) =>
        assertRejects(() => readExperimentFile(path), InputError, message);
    await Deno.writeFile(file, Uint8Array.of(0xff, 0xfe, 0x6e, 0x00));
    await refused(
      file,
      "x.yaml is utf-16le, not utf-8, by the byte order mark that it begins with: save it as UTF-8",
    );
    await refused(folder, "is a folder: name an experiment file in it");
    await refused(join(folder, "y.yaml"), "there is no experiment file");
  }));

Deno.test("experiment files are found in folders and by patterns, with endings in capitals too", () =>
  inFolder(async (folder) => {
    const names = ["a.yaml", "b.YAML", "c.Yml", "d.txt"].map((name): string => join(folder, name));
    for (const name of names) await Deno.writeTextFile(name, "");
    assertEquals(await findExperimentFiles([folder]), names.slice(0, 3));
    assertEquals(await findExperimentFiles([join(folder, "*")]), names.slice(0, 3));
  }));

Deno.test("files that are no YAML, or share a folder with another, leave the others as they are", () =>
  inFolder(async (folder) => {
    const written = (name: string, start: string) =>
      Deno.writeTextFile(
        join(folder, name),
        `${start}
model: { source: m }
dataset: { name: rt-polarity }
prompt: { kind: hard, template: "{text} it was {mask} ." }
verbalizer: { negative: [bad], positive: [good] }
`,
      );
    await written("1.yaml", "name: one");
    await written("2.yaml", "name: *two");
    await written("3.yaml", "name: ONE");
    await written("4.yaml", "name: four");
    const { runs, problems } = await planSound([folder], "results");
    assertEquals(runs.map(({ title }) => title), ["one", "four"]);
    assertEquals(problems.length, 2);
    assertStringIncludes(problems[0]!, "2.yaml:1:7: '*two' is an alias to YAML");
    assertStringIncludes(problems[1]!, "have the name 'ONE', which names the folder of their results");
  }));
