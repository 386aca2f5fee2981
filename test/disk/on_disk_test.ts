import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { DiskError, onDisk } from "../../src/disk/on_disk.ts";
import { inFolder } from "../commands/softprompt.ts";

const fails = (error: Error) => () => Promise.reject(error);

Deno.test("a folder that cannot be written is an error that names the option which chooses another", async () => {
  assertEquals(await onDisk("x", () => Promise.resolve(7)), 7);
  const denied = new Deno.errors.PermissionDenied("Permission denied (os error 13)");
  for (const option of ["--results", "--out", "--to", "HF_HOME"] as const) {
    await assertRejects(
      () => onDisk("x", fails(denied), option),
      DiskError,
      `x cannot be written: you have no permission to write there, so choose another folder with ${option};`,
    );
  }
});

Deno.test("a folder that Deno may not write names the task that may, and a command that may", async () => {
  const forbidden = new Deno.errors.NotCapable("Requires write access");
  for (const option of ["--results", "--out", "--to", "HF_HOME"] as const) {
    await assertRejects(
      () => onDisk("x", fails(forbidden), option),
      DiskError,
      `choose another folder with ${option}, where it may write, or call deno run -A src/main.ts`,
    );
  }
});

Deno.test("a link that leads to nothing is named where a folder must be", () =>
  inFolder(async (folder) => {
    const link: string = join(folder, "results");
    await Deno.symlink(join(folder, "gone"), link);
    const path: string = join(link, "run");
    await assertRejects(
      () => onDisk(path, () => Deno.mkdir(path, { recursive: true })),
      DiskError,
      `${link} is a link that leads to nothing, so move it away or choose another folder with --results;`,
    );
  }));

Deno.test("names and files that are too large for a file system are errors that say so", () =>
  inFolder(async (folder) => {
    const long: string = join(folder, "x".repeat(300));
    await assertRejects(() => onDisk(long, () => Deno.mkdir(long)), DiskError, "its name is longer than");
    const large = Object.assign(new Error("too large"), { code: "EFBIG" });
    await assertRejects(() => onDisk("x", fails(large)), DiskError, "it is larger than");
  }));

Deno.test({
  name: "a limit of file sizes is an error that names the file, which keeps its content",
  // prlimit is a program of Linux.
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inFolder(async (folder) => {
      const path = join(folder, "kept.txt");
      await Deno.writeTextFile(path, "before");
      const script = new URL("./limited_process.ts", import.meta.url).pathname;
      const { code, stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--quiet", "--allow-all", script, path],
      }).output();
      assertEquals(code, 0);
      assertStringIncludes(
        new TextDecoder().decode(stdout),
        `${path} cannot be written: it is larger than its file system or a limit (ulimit -f) allows`,
      );
      assertEquals(await Deno.readTextFile(path), "before");
      assertEquals([...Deno.readDirSync(folder)].length, 1);
    }),
});

Deno.test("a file where a folder must be is named, however far above it stands", () =>
  inFolder(async (folder) => {
    const file = join(folder, "file");
    await Deno.writeTextFile(file, "");
    const below: string = join(file, "x/y");
    for (const path of [file, below]) {
      await assertRejects(
        () => onDisk(path, () => Deno.mkdir(path, { recursive: true })),
        DiskError,
        `${path} cannot be written: ${file} is a file, and must be a folder, so move it away or choose another`,
      );
    }
  }));
