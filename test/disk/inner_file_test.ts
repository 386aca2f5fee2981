import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { findInnerFile } from "../../src/disk/inner_file.ts";
import { inFolder } from "../commands/softprompt.ts";

/** Writes files of three bytes. */
async function write(...paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await Deno.mkdir(join(path, ".."), { recursive: true });
    await Deno.writeTextFile(path, "abc");
  }
}

const refused = (folder: string, path: string, message: string) =>
  assertRejects(() => findInnerFile(folder, path), InputError, message);

Deno.test("regular files within a folder are found, through links that stay in it and by a link to the folder", () =>
  inFolder(async (place) => {
    const folder: string = join(place, "model");
    await write(join(folder, "w/model.data"));
    await Deno.symlink("w/model.data", join(folder, "link"));
    await Deno.symlink(folder, join(place, "other"));
    assertEquals(await findInnerFile(folder, join(folder, "w/model.data")), 3);
    assertEquals(await findInnerFile(folder, join(folder, "link")), 3);
    assertEquals(await findInnerFile(join(place, "other"), join(place, "other/link")), 3);
    assertEquals(await findInnerFile(folder, join(folder, "none")), undefined);
    assertEquals(await findInnerFile(folder, join(folder, "link/none")), undefined);
  }));

Deno.test("a file whose real path lies elsewhere is refused, however the way leads there", () =>
  inFolder(async (place) => {
    const folder: string = join(place, "model");
    // A folder beside it whose name starts with the same letters is another one.
    await write(join(place, "secret"), join(place, "model-2/secret"), join(folder, "file"));
    await Deno.symlink("../secret", join(folder, "link"));
    await Deno.symlink(join(place, "model-2"), join(folder, "w"));
    await refused(folder, join(place, "secret"), "does not lie in");
    await refused(folder, join(folder, "../secret"), "does not lie in");
    await refused(folder, join(folder, "link"), `is a symbolic link to ${join(place, "secret")}`);
    await refused(folder, join(folder, "w/secret"), `is a symbolic link to ${join(place, "model-2/secret")}`);
    await Deno.symlink("nowhere", join(folder, "dangling"));
    await refused(folder, join(folder, "dangling"), "a symbolic link to a file that does not exist");
    await Deno.symlink("loop", join(folder, "loop"));
    await refused(folder, join(folder, "loop"), "leads to itself");
  }));

Deno.test("a name that no file can have names none", () =>
  inFolder(async (folder) => {
    for (const name of ["x".repeat(300), "a/".repeat(3000) + "x"]) {
      assertEquals(await findInnerFile(folder, join(folder, name)), undefined);
    }
  }));

Deno.test("folders, devices and pipes are named, and do not block", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(join(folder, "inner"));
    await refused(folder, join(folder, "inner"), "is a folder, but it must be a regular file");
    await Deno.symlink("/dev/zero", join(folder, "zero"));
    await refused(folder, join(folder, "zero"), "is a device or a pipe");
    await new Deno.Command("mkfifo", { args: [join(folder, "pipe")] }).output();
    await refused(folder, join(folder, "pipe"), "is a device or a pipe");
  }));

Deno.test("the files of a snapshot may be links into the blobs of its repository, and of no other", () =>
  inFolder(async (cache) => {
    const [ours, theirs] = ["models--a--b", "models--c--d"].map((name) => join(cache, name)) as [
      string,
      string,
    ];
    await write(join(ours, "blobs/1"), join(theirs, "blobs/2"));
    const snapshot: string = join(ours, "snapshots/main");
    await Deno.mkdir(snapshot, { recursive: true });
    await Deno.symlink("../../blobs/1", join(snapshot, "model.onnx"));
    await Deno.symlink("../../../models--c--d/blobs/2", join(snapshot, "other.onnx"));
    assertEquals(await findInnerFile(snapshot, join(snapshot, "model.onnx")), 3);
    await refused(snapshot, join(snapshot, "other.onnx"), "does not lie in");
    // Blobs that are themselves a link to some other folder.
    const fake: string = join(cache, "fake/snapshots/main");
    await Deno.mkdir(fake, { recursive: true });
    await Deno.symlink(join(theirs, "blobs"), join(cache, "fake/blobs"));
    await Deno.symlink("../../blobs/2", join(fake, "model.onnx"));
    await refused(fake, join(fake, "model.onnx"), "does not lie in");
  }));
