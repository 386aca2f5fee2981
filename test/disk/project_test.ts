import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { homedir } from "node:os";
import { isWithin, projectOf, realPlace, sharedRepository } from "../../src/disk/project.ts";
import { inFolder } from "../commands/softprompt.ts";

Deno.test("a file's project is the nearest repository above it, else the nearest with deno.json, else with package.json, else its folder", () =>
  inFolder(async (folder) => {
    const inner: string = join(folder, "a/b");
    await Deno.mkdir(inner, { recursive: true });
    assertEquals(await projectOf(join(inner, "x.yaml")), inner);
    await Deno.writeTextFile(join(folder, "a/package.json"), "{}");
    assertEquals(await projectOf(join(inner, "x.yaml")), join(folder, "a"));
    await Deno.writeTextFile(join(inner, "deno.json"), "{}");
    await Deno.writeTextFile(join(folder, "a/.git"), `gitdir: ${join(folder, "main/.git/worktrees/a")}\n`);
    assertEquals(await projectOf(join(inner, "x.yaml")), join(folder, "a"));
    assertEquals(await sharedRepository(join(folder, "a")), join(folder, "main/.git"));
    await Deno.writeTextFile(join(folder, "a/.git"), "gitdir: /etc\n");
    assertEquals(await sharedRepository(join(folder, "a")), undefined);
  }));

Deno.test("the home folder and those above it are no project", async () => {
  assertEquals(await projectOf(join(homedir(), "x.yaml")), undefined);
  assertEquals(await projectOf("/x.yaml"), undefined);
});

Deno.test("a path lies within a folder by its parts, not by its letters", () => {
  const cases = [["/a/b", "/a", true], ["/a", "/a", true], ["/ab", "/a", false], ["/a", "/a/b", false], [
    "/a/..b",
    "/a",
    true,
  ]] as const;
  for (const [path, folder, expected] of cases) assertEquals(isWithin(path, folder), expected, path);
});

Deno.test("a path leads where its links do, also where its end does not exist", () =>
  inFolder(async (folder) => {
    const root = await Deno.realPath(folder);
    await Deno.mkdir(join(root, "there"));
    await Deno.symlink(join(root, "there"), join(root, "link"));
    assertEquals(await realPlace(join(root, "link/a/b")), join(root, "there/a/b"));
  }));
