import { dirname, join, relative, resolve } from "@std/path";
import fs from "node:fs";
import { thrownMessage } from "../base/errors.ts";
import { allDone } from "../base/all_done.ts";

/** The state of a file in git. */
export interface GitCommit {
  /** The checked-out commit of the file's repository; `null` where the file is not tracked. */
  readonly git_commit: string | null;
  /** Whether the file differs from that commit, whatever other files do; `null` where the file is not tracked. */
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
 * The commit that a file is tracked in, read from git's own files: no process is started, and nothing is written. A commit that
 * cannot be read (for lack of a permission, or because the repository is of another format) does not stop a run.
 *
 * @param log takes a notice that says why the commit of a file in a repository is unknown
 */
export async function gitCommit(file: string, log: (line: string) => void): Promise<GitCommit> {
  try {
    const path = await Deno.realPath(file);
    const repository = await findRepository(dirname(path));
    return repository === undefined ? UNTRACKED : await commitIn(repository, path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return UNTRACKED;
    const why = thrownMessage(error);
    log(`${file}: its git commit is unknown (${why}): environment.json has null as 'git_commit'`);
    return UNTRACKED;
  }
}

/** @throws {Error} where the repository cannot be read */
async function commitIn(
  { root, gitDir, commonDir: gitdir }: GitRepository,
  path: string,
): Promise<GitCommit> {
  const { Errors, hashBlob, readBlob, readCommit, resolveRef } = await import("isomorphic-git");
  const orAbsent = (error: unknown) => {
    if (!(error instanceof Errors.NotFoundError)) throw error;
    return undefined;
  };
  await checkFormat(gitdir);
  const head = (await Deno.readTextFile(join(gitDir, "HEAD"))).trim();
  const [, ref] = head.split("ref: ");
  const commit = ref === undefined ? head : await resolveRef({ fs, gitdir, ref }).catch(orAbsent);
  if (commit === undefined) return UNTRACKED;
  await readCommit({ fs, gitdir, oid: commit });
  const filepath = relative(root, path).replaceAll("\\", "/");
  const tracked = await readBlob({ fs, gitdir, oid: commit, filepath }).catch(orAbsent);
  if (tracked === undefined) return UNTRACKED;
  const text = await Deno.readFile(path);
  const blobs = await allDone(
    [text, withoutCarriageReturns(text)].map((object) => hashBlob({ object })),
  );
  return { git_commit: commit, git_dirty: !blobs.some((blob) => blob.oid === tracked.oid) };
}

/**
 * Refuses formats of repositories that isomorphic-git does not read, and in which it would find nothing.
 *
 * @throws {Error} naming the format
 */
async function checkFormat(gitdir: string): Promise<void> {
  const { getConfig } = await import("isomorphic-git");
  for (const [key, known] of Object.entries(KNOWN_FORMATS)) {
    const format: unknown = await getConfig({ fs, gitdir, path: `extensions.${key}` });
    if (format !== undefined && format !== known) {
      throw new Error(`its repository has '${format}' as extensions.${key}, and only '${known}' can be read`);
    }
  }
}

/** https://git-scm.com/docs/git-config: the extensions that change how objects and branches are stored. */
const KNOWN_FORMATS = { objectformat: "sha1", refstorage: "files" };

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
