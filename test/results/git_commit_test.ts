import { assertEquals, assertMatch, fail } from "@std/assert";
import { join } from "@std/path";
import fs from "node:fs";
import { type GitCommit, gitCommit } from "../../src/results/git_commit.ts";
import { inFolder } from "../commands/softprompt.ts";
import { git } from "./git.ts";

const FILE = "experiments/a b.yaml";
const TEXT = "name: x\nseed: 1\n";

/** A repository of two commits that has the file. */
async function repository(folder: string, text = TEXT): Promise<string> {
  await Deno.mkdir(join(folder, "experiments"), { recursive: true });
  await git(folder, "init", "--quiet", "--initial-branch=main");
  for (const version of ["name: earlier\n", text]) {
    await Deno.writeTextFile(join(folder, FILE), version);
    await git(folder, "add", ".");
    await git(folder, "commit", "--quiet", "--message=x");
  }
  return folder;
}

const commitOf = (folder: string) => git(folder, "rev-parse", "HEAD");
const clean = async (folder: string): Promise<GitCommit> => ({
  git_commit: await commitOf(folder),
  git_dirty: false,
});
const UNTRACKED: GitCommit = { git_commit: null, git_dirty: null };

const LAYOUTS: Record<string, (folder: string) => Promise<string>> = {
  "loose objects": (folder) => repository(folder),
  "packs and packed references": async (folder) => {
    await repository(folder, TEXT.repeat(200));
    await git(folder, "gc", "--quiet");
    return folder;
  },
  "a detached HEAD": async (folder) => {
    await repository(folder);
    await git(folder, "checkout", "--quiet", "--detach", "HEAD~1");
    return folder;
  },
  "a linked worktree": async (folder) => {
    await repository(join(folder, "main"));
    await git(join(folder, "main"), "worktree", "add", "--quiet", "-b", "other", "../linked");
    await Deno.writeTextFile(join(folder, "linked", FILE), "name: other\n");
    await git(join(folder, "linked"), "commit", "--quiet", "--all", "--message=y");
    return join(folder, "linked");
  },
  "a submodule": async (folder) => {
    await repository(join(folder, "part"));
    await repository(join(folder, "whole"));
    await git(join(folder, "whole"), "submodule", "--quiet", "add", join(folder, "part"), "sub");
    return join(folder, "whole/sub");
  },
};

for (const [layout, make] of Object.entries(LAYOUTS)) {
  Deno.test(`a file's commit, and whether the file differs from it: ${layout}`, () =>
    inFolder(async (folder) => {
      const root = await make(folder);
      const file = join(root, FILE);
      assertEquals(await gitCommit(file, fail), await clean(root));
      await Deno.writeTextFile(file, "name: changed\n");
      assertEquals(await gitCommit(file, fail), { ...await clean(root), git_dirty: true });
      await git(root, "add", ".");
      assertEquals(
        await gitCommit(file, fail),
        { ...await clean(root), git_dirty: true },
        "staged is not committed",
      );
      await git(root, "commit", "--quiet", "--message=z");
      assertEquals(await gitCommit(file, fail), await clean(root));
    }));
}

/** Changes to a checked-out file, each with what git then says of it. */
const STATES: Record<string, readonly [(folder: string, file: string) => Promise<unknown>, status: string]> =
  {
    "nothing": [() => Promise.resolve(), ""],
    "written again as it was": [(_, file) => Deno.writeTextFile(file, TEXT), ""],
    "removed from the index": [(folder) => git(folder, "rm", "--cached", FILE), "D  ??"],
    "replaced by a folder's file of the same name, which is added": [async (folder, file) => {
      await Deno.remove(join(folder, "experiments"), { recursive: true });
      await Deno.writeTextFile(join(folder, "experiments"), "");
      await git(folder, "add", "--all");
      await git(folder, "commit", "--quiet", "--message=y");
      await Deno.remove(join(folder, "experiments"));
      await Deno.mkdir(join(folder, "experiments"));
      await Deno.writeTextFile(file, TEXT);
      await git(folder, "add", "--all");
    }, "A"],
    "moved by git": [async (folder) => {
      await git(folder, "mv", FILE, "c.yaml");
      await git(folder, "commit", "--quiet", "--message=y");
      await git(folder, "mv", "c.yaml", FILE);
    }, "A"],
    "CR LF in place of LF": [(_, file) => Deno.writeTextFile(file, WITH_CR), "M"],
    "CR LF in place of LF as git checks it out": [async (folder, file) => {
      await git(folder, "config", "core.autocrlf", "true");
      await Deno.remove(file);
      await git(folder, "checkout", FILE);
      assertEquals(await Deno.readTextFile(file), WITH_CR);
    }, ""],
    "CR LF in place of LF as an attribute asks for it": [async (folder, file) => {
      await Deno.writeTextFile(join(folder, ".gitattributes"), "*.yaml text eol=crlf\n");
      await Deno.remove(file);
      await git(folder, "checkout", FILE);
      assertEquals(await Deno.readTextFile(file), WITH_CR);
    }, ""],
    "made executable": [(_, file) => Deno.chmod(file, 0o755), "M"],
    "made executable where core.fileMode is off": [async (folder, file) => {
      await git(folder, "config", "core.fileMode", "false");
      await Deno.chmod(file, 0o755);
    }, ""],
  };
const WITH_CR = TEXT.replaceAll("\n", "\r\n");

for (const [what, [change, status]] of Object.entries(STATES)) {
  Deno.test(`a file is tracked and differs from its commit where git says so: ${what}`, () =>
    inFolder(async (folder) => {
      await repository(folder);
      const file = join(folder, FILE);
      await change(folder, file);
      const found = await gitCommit(file, fail);
      const lines = await git(folder, "status", "--porcelain", "--no-renames", "--untracked-files=all", FILE);
      assertEquals(lines.split("\n").map((line) => line.slice(0, 2).trim()).join("  "), status);
      const isTracked = await git(folder, "ls-files", FILE) !== "";
      assertEquals(found, isTracked ? { ...await clean(folder), git_dirty: status !== "" } : UNTRACKED);
    }));
}

Deno.test("a clone that shares the objects of another repository is named as the reason", () =>
  inFolder(async (folder) => {
    await repository(join(folder, "main"));
    await git(folder, "clone", "--quiet", "--shared", "main", "clone");
    const log: string[] = [];
    const file = join(folder, "clone", FILE);
    assertEquals(await gitCommit(file, (line) => log.push(line)), UNTRACKED);
    assertEquals(log, [
      `${file}: its git commit is unknown (its objects are in another repository, which objects/info/alternates names and which is not read): environment.json has null as 'git_commit'`,
    ]);
  }));

Deno.test("files that are not tracked have no commit, whatever the working directory is", () =>
  inFolder(async (folder) => {
    const file = join(folder, "x.yaml");
    await Deno.writeTextFile(file, TEXT);
    assertEquals(await gitCommit(file, fail), UNTRACKED, "no repository");
    assertEquals(await gitCommit(join(folder, "gone.yaml"), fail), UNTRACKED);
    await git(folder, "init", "--quiet");
    assertEquals(await gitCommit(file, fail), UNTRACKED, "no commit yet");
    await repository(folder);
    await Deno.writeTextFile(join(folder, "new.yaml"), TEXT);
    assertEquals(await gitCommit(join(folder, "new.yaml"), fail), UNTRACKED);
  }));

Deno.test("a repository whose format cannot be read is reported", () =>
  inFolder(async (folder) => {
    await git(folder, "init", "--quiet", "--object-format=sha256");
    await repository(folder);
    const log: string[] = [];
    const file = join(folder, FILE);
    assertEquals(await gitCommit(file, (line) => log.push(line)), UNTRACKED);
    assertEquals(log, [
      `${file}: its git commit is unknown (its repository has 'sha256' as extensions.objectformat, and only 'sha1' can be read): environment.json has null as 'git_commit'`,
    ]);
  }));

Deno.test("a commit whose objects are missing is reported", () =>
  inFolder(async (folder) => {
    await repository(folder);
    await Deno.remove(join(folder, ".git/objects"), { recursive: true });
    const log: string[] = [];
    assertEquals(await gitCommit(join(folder, FILE), (line) => log.push(line)), UNTRACKED);
    assertMatch(log.join("\n"), /its git commit is unknown \(Could not find .*null as 'git_commit'$/s);
  }));

Deno.test("a pack is read once, however many of its objects are needed", () =>
  inFolder(async (folder) => {
    const root = await repository(folder, TEXT.repeat(200));
    await git(folder, "gc", "--quiet");
    const expected = await clean(root);
    const { readFile } = fs.promises;
    const read: string[] = [];
    fs.promises.readFile = ((...args: Parameters<typeof readFile>) => {
      read.push(String(args[0]));
      return readFile(...args);
    }) as typeof readFile;
    try {
      assertEquals(await gitCommit(join(root, FILE), fail), expected);
    } finally {
      fs.promises.readFile = readFile;
    }
    assertEquals(read.filter((path) => path.endsWith(".pack")).length, 1, read.join("\n"));
  }));
