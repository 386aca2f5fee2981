import { dirname, join, relative, resolve } from "@std/path";
import fs from "node:fs";
import { allDone } from "../base/all_done.ts";

/** The state of a file in git. */
export interface GitCommit {
  /** The checked-out commit of the file's repository; `null` where the file is not tracked. */
  readonly git_commit: string | null;
  /** Whether the file differs from that commit; `null` where the file is not tracked. */
  readonly git_dirty: boolean | null;
}

const UNTRACKED: GitCommit = { git_commit: null, git_dirty: null };

/** The folders of a repository. */
interface GitRepository {
  /** The folder of the checked out files. */
  readonly root: string;
  /** The folder of `HEAD`: a linked worktree has its own. */
  readonly gitDir: string;
  /** The folder of objects and branches, which linked worktrees share. */
  readonly commonDir: string;
}

/**
 * The commit that a file is tracked in, read from git's own files: no process is started, and nothing is written. Where they
 * cannot be read (for lack of a permission, or because objects are elsewhere) the commit is unknown, which does not stop a run.
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
    const blobs = await allDone(
      [text, withoutCarriageReturns(text)].map((object) => hashBlob({ object })),
    );
    return { git_commit: commit, git_dirty: !blobs.some((blob) => blob.oid === oid) };
  } catch {
    return UNTRACKED;
  }
}

/** The repository that contains a folder; a `.git` that is a file names the folder of a worktree or of a submodule. */
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

/** A text with line ends as git stores them; it may check them out as CR LF. */
function withoutCarriageReturns(text: Uint8Array): Uint8Array {
  return text.filter((byte, i) => byte !== 0x0d || text[i + 1] !== 0x0a);
}
