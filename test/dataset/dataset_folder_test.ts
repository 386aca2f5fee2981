import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { dirname, join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { datasetFolder, nearest } from "../../src/dataset/dataset_folder.ts";
import { inFolder } from "../commands/softprompt.ts";

const NAME = "reviews-demo";

/** The folder that an experiment finds its data in, seen from the test's. */
async function found(folder: string, experiment: string): Promise<string> {
  return (await datasetFolder({ name: NAME }, join(folder, experiment))).slice(folder.length + 1);
}

Deno.test("built-in data are those of the nearest folder above the experiment that has them", () =>
  inFolder(async (folder) => {
    const make = (...path: string[]) => Deno.mkdir(join(folder, ...path), { recursive: true });
    await make("a/b/c");
    await make("data", NAME);
    assertEquals(await found(folder, "a/b/c/x.yaml"), join("data", NAME));
    await make("a/b/data/other");
    assertEquals(await found(folder, "a/b/c/x.yaml"), join("data", NAME), "other data do not count");
    await Deno.writeTextFile(join(folder, "a/b/data", NAME), "");
    assertEquals(await found(folder, "a/b/c/x.yaml"), join("data", NAME), "a file is not a folder");
    await make("a/data", NAME);
    assertEquals(await found(folder, "a/b/c/x.yaml"), join("a/data", NAME));
    assertEquals(await found(folder, "a/x.yaml"), join("a/data", NAME), "the experiment's own folder counts");
    assertEquals(await found(folder, "x.yaml"), join("data", NAME));
    assertEquals(await nearest("data/other", join(folder, "a")), undefined);
  }));

Deno.test("a place above the experiment that cannot be looked into does not have the data", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(join(folder, "data", NAME), { recursive: true });
    await Deno.mkdir(join(folder, "a/b"), { recursive: true });
    await Deno.symlink("data", join(folder, "a/b/data"));
    assertEquals(await found(folder, "a/b/x.yaml"), join("data", NAME), "a link to itself");
    const { stat } = Deno;
    const forbidden = join(folder, "a/data", NAME);
    Deno.stat = (path) =>
      path === forbidden ? Promise.reject(new Deno.errors.PermissionDenied("Permission denied")) : stat(path);
    try {
      assertEquals(await found(folder, "a/x.yaml"), join("data", NAME), "a forbidden folder");
    } finally {
      Deno.stat = stat;
    }
  }));

Deno.test("a path takes precedence over the name, and files are relative to the experiment", async () => {
  assertEquals(await datasetFolder({ name: NAME, path: "../texts" }, "/p/experiments/x.yaml"), "/p/texts");
  assertEquals(await datasetFolder({}, "/p/experiments/x.yaml"), "/p/experiments");
});

Deno.test("where no folder has the data, all folders that were searched are named, with the way out", () =>
  inFolder(async (folder) => {
    const file = join(folder, "experiments/x.yaml");
    const { message } = await assertRejects(() => datasetFolder({ name: "rt-polarity" }, file), InputError);
    for (let above = dirname(file); above !== "/"; above = dirname(above)) {
      assertStringIncludes(message, `${above}, `);
    }
    assertStringIncludes(message, ", /: run 'deno task data rt-polarity', or set 'path'");
    const other = await assertRejects(() => datasetFolder({ name: NAME }, file), InputError);
    assertStringIncludes(other.message, ", /: set 'path' to the folder that has its files");
  }));
