import { assertEquals, assertRejects } from "@std/assert";
import { join, relative } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { experimentFileAt, readExperimentFile } from "../../src/experiment/read_experiment_file.ts";
import { inFolder } from "../commands/softprompt.ts";

Deno.test("an experiment file that is not UTF-8, a folder or missing is refused", () =>
  inFolder(async (folder) => {
    const file: string = join(folder, "x.yaml");
    const refused = (path: string, message: string) =>
      assertRejects(() => readExperimentFile(path), InputError, message);
    await Deno.writeFile(file, Uint8Array.of(0xff, 0xfe, 0x6e, 0x00));
    await refused(
      file,
      "x.yaml is utf-16le, not utf-8, according to its byte order mark: save it as UTF-8",
    );
    await refused(folder, "is a folder: name an experiment file in it");
    await refused(join(folder, "y.yaml"), "there is no experiment file");
  }));

Deno.test("a path through links, to an experiment file or to its folder, is the file's own; others stay as they are", () =>
  inFolder(async (given) => {
    const folder = await Deno.realPath(given);
    const file: string = join(folder, "there", "x.yaml");
    await Deno.mkdir(join(folder, "there"));
    await Deno.writeTextFile(file, "");
    await Deno.symlink("there/x.yaml", join(folder, "link.yaml"));
    await Deno.symlink("gone.yaml", join(folder, "broken.yaml"));
    await Deno.symlink("there", join(folder, "links"));
    for (const path of ["link.yaml", "links/x.yaml"]) {
      assertEquals(await experimentFileAt(join(folder, path)), file);
      assertEquals(await experimentFileAt(relative(Deno.cwd(), join(folder, path))), file);
    }
    assertEquals(await experimentFileAt(relative(Deno.cwd(), file)), relative(Deno.cwd(), file));
    const others = ["there/x.yaml", "broken.yaml", "absent.yaml"].map((name): string => `${folder}/${name}`);
    for (const path of others) assertEquals(await experimentFileAt(path), path);
    await assertRejects(
      () => readExperimentFile(`${folder}/broken.yaml`),
      InputError,
      "there is no experiment",
    );
  }));

Deno.test("an experiment file of more than 2 MiB is refused, and read no further", () =>
  inFolder(async (folder) => {
    const file: string = join(folder, "x.yaml");
    const message = "has more than 2,097,152 bytes, the most that an experiment file may have";
    await Deno.writeTextFile(file, "#".repeat(2 ** 21));
    await readExperimentFile(file);
    await Deno.writeTextFile(file, "#", { append: true });
    await assertRejects(() => readExperimentFile(file), InputError, message);
    if (Deno.build.os !== "windows") {
      await assertRejects(() => readExperimentFile("/dev/zero"), InputError, message);
    }
  }));
