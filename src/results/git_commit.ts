import { dirname, join, relative, resolve } from "@std/path";
import fs from "node:fs";

/** What git knows of a file. */
export interface GitCommit {
  /** The commit that is checked out around the file and holds it; `null` where the file is not tracked. */
  readonly git_commit: string | null;
  /** Whether the file differs from that commit; `null` where the file is not tracked. */
  readonly git_dirty: boolean | null;
}

const UNTRACKED: GitCommit = { git_commit: null, git_dirty: null };

/** Where a repository lies. */
interface GitRepository {
  /** The folder of the checked out files. */
  readonly root: string;
  /** The folder of `HEAD`: of a linked worktree its own. */
  readonly gitDir: string;
  /** The folder of objects and branches, which linked worktrees share. */
  readonly commonDir: string;
}

/**
 * The commit that a file is tracked in, read from git's own files: no program is called, and nothing is written. Where they
 * cannot be read (for lack of a permission, or as objects lie elsewhere) the commit is not known, which stops no run.
 */
export async function gitCommit(file: string): Promise<GitCommit> {
  try {
    const path = await Deno.realPath(file);
    const repository = await findRepository(dirname(path));
    if (repository === undefined) return UNTRACKED;
    const { root, gitDir, commonDir: gitdir } = repository;
    const { hashBlob, readBlob, resolveRef } = await import("isomorphic-git");
    const head = (await Deno.readTextFile(join(gitDir, "HEAD"))).trim();
    const [, ref] = head.split("ref: ");
    const commit = ref === undefined ? head : await resolveRef({ fs, gitdir, ref });
    const filepath = relative(root, path).replaceAll("\\", "/");
    const { oid } = await readBlob({ fs, gitdir, oid: commit, filepath });
    const text = await Deno.readFile(path);
    const blobs = await Promise.all(
      [text, withoutCarriageReturns(text)].map((object) => hashBlob({ object })),
    );
    return { git_commit: commit, git_dirty: !blobs.some((blob) => blob.oid === oid) };
  } catch {
    return UNTRACKED;
  }
}

/** The repository that a folder lies in; a `.git` that is a file names the folder of a worktree or of a submodule. */
async function findRepository(root: string): Promise<GitRepository | undefined> {
  const dotGit = join(root, ".git");
  const info = await Deno.stat(dotGit).catch(() => undefined);
  if (info === undefined) {
    const parent: string = dirname(root);
    return parent === root ? undefined : await findRepository(parent);
  }
  const link = info.isFile ? (await Deno.readTextFile(dotGit)).replace(/^gitdir: /, "").trim() : dotGit;
  const gitDir: string = resolve(root, link);
  const common = await Deno.readTextFile(join(gitDir, "commondir")).catch(() => ".");
  return { root, gitDir, commonDir: resolve(gitDir, common.trim()) };
}

/** Line ends as git stores them, which it may check out as CR LF. */
function withoutCarriageReturns(text: Uint8Array): Uint8Array {
  return text.filter((byte, i) => byte !== 0x0d || text[i + 1] !== 0x0a);
}
