import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { findExperimentFiles } from "../../src/batch/find_experiment_files.ts";
import { inFolder } from "../commands/softprompt.ts";

Deno.test("experiment files are found in folders and by patterns, with endings in capitals too", () =>
  inFolder(async (folder) => {
    const names = ["a.yaml", "b.YAML", "c.Yml", "d.txt"].map((name): string => join(folder, name));
    for (const name of names) await Deno.writeTextFile(name, "");
    assertEquals(await findExperimentFiles([folder]), names.slice(0, 3));
    assertEquals(await findExperimentFiles([join(folder, "*")]), names.slice(0, 3));
  }));

Deno.test("a link to an experiment file that is found, too, is no second experiment", () =>
  inFolder(async (folder) => {
    const file: string = join(await Deno.realPath(folder), "a.yaml");
    await Deno.writeTextFile(file, "");
    await Deno.symlink(file, join(folder, "b.yaml"));
    assertEquals(await findExperimentFiles([join(folder, "b.yaml"), file]), [file]);
  }));
