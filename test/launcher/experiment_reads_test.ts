import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { ExperimentError } from "../../src/base/errors.ts";
import { experimentReads } from "../../src/launcher/experiment_reads.ts";
import { inFolder } from "../commands/softprompt.ts";

/** Writes an experiment into a project, beside a secret that is not in it. */
async function inProject(
  dataset: string,
  test: (file: string, secret: string, project: string) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const root = await Deno.realPath(folder);
    const project: string = join(root, "project");
    await Deno.mkdir(project);
    const secret: string = join(root, "secret.csv");
    await Deno.writeTextFile(secret, "label,text\n");
    await Deno.symlink(secret, join(project, "link.csv"));
    const file: string = join(project, "x.yaml");
    await Deno.writeTextFile(file, `name: x\ndataset: ${dataset}\n`);
    await test(file, secret, project);
  });
}

for (const written of ["../secret.csv", "link.csv", "./../project/link.csv"]) {
  Deno.test(`${written} out of the project is refused by file and line, and read where the user says so`, () =>
    inProject(`{ file: ${written} }`, async (file, secret, project) => {
      const error = await assertRejects(() => experimentReads(file, []), ExperimentError);
      assertEquals(error.message.startsWith(`${file}:2:18: 'dataset.file' leads to ${secret}, out of`), true);
      assertEquals(error.message.includes("add --allow-read "), true);
      const reads = await experimentReads(file, [secret]);
      assertEquals([reads.includes(project), reads.includes(secret)], [true, true]);
    }));
}

Deno.test("a swept path is refused like any other", () =>
  inProject(`{}\nsweep: { "dataset.file": [a.csv, ../secret.csv] }`, async (file) => {
    await assertRejects(() => experimentReads(file, []), ExperimentError, "'sweep.dataset.file.1'");
  }));

Deno.test("what the user types on the command line is read, and replaces what the file says", () =>
  inProject("{ file: ../secret.csv }", async (file, secret) => {
    const reads = await experimentReads(file, [], [{ path: ["dataset", "file"], value: secret }]);
    assertEquals(reads.includes(secret), true);
  }));

Deno.test("a path of the project is read with it, and so are the built-in datasets above", () =>
  inProject("{ file: d.csv }", async (file, _, project) => {
    const reads = await experimentReads(file, []);
    assertEquals(reads.includes(join(project, "../data/reviews-demo")), true);
    assertEquals(reads.includes(join(project, "..")), false);
  }));

Deno.test("a file that is no experiment is left to the program, which says what is wrong", () =>
  inProject("[", async (file) => {
    assertEquals((await experimentReads(file, []))[0], file);
  }));
