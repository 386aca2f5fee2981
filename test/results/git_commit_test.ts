import { assertEquals, assertMatch, fail } from "@std/assert";
import { join } from "@std/path";
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

Deno.test("line ends that git checks out as CR LF are not a change", () =>
  inFolder(async (folder) => {
    await repository(folder);
    await Deno.writeTextFile(join(folder, FILE), TEXT.replaceAll("\n", "\r\n"));
    assertEquals(await gitCommit(join(folder, FILE), fail), await clean(folder));
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
