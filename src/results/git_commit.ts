import { dirname, join, relative, resolve } from "@std/path";
import type { TreeEntry } from "isomorphic-git";
import fs from "node:fs";
import { MEMORY_LIMIT, readLimited, readTextLimited, SHORT_LIMIT } from "../disk/read_limited.ts";
import { thrownMessage } from "../base/errors.ts";

/** The state of a file in git. */
export interface GitCommit {
  /** The checked-out commit of the file's repository; `null` where the file is not tracked, or the repository cannot be read. */
  readonly git_commit: string | null;
  /** Whether the file differs from that commit, or is not in it yet, whatever other files do; `null` where there is no commit. */
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
async function commitIn(repository: GitRepository, path: string): Promise<GitCommit> {
  const { gitDir, commonDir: gitdir } = repository;
  const { Errors, readCommit, resolveRef } = await import("isomorphic-git");
  // Without it, each object that is read from a pack reads the whole pack again.
  const cache = {};
  await checkFormat(gitdir);
  const filepath = relative(repository.root, path).replaceAll("\\", "/");
  const staged = await stagedFile(gitDir, filepath);
  if (staged === undefined) return UNTRACKED;
  try {
    const head = (await readTextLimited(join(gitDir, "HEAD"), SHORT_LIMIT)).trim();
    const [, ref] = head.split("ref: ");
    const oid = ref === undefined ? head : await resolveRef({ fs, gitdir, ref }).catch((error) => {
      if (!(error instanceof Errors.NotFoundError)) throw error;
      return undefined;
    });
    if (oid === undefined) return UNTRACKED;
    await readCommit({ fs, gitdir, oid, cache });
    const committed = await committedFile(gitdir, oid, filepath, cache);
    const isSame = committed !== undefined && await isUnchanged(gitdir, path, committed, staged);
    return { git_commit: oid, git_dirty: !isSame };
  } catch (error) {
    const isShared = error instanceof Errors.NotFoundError && await isFile(join(gitdir, ALTERNATES));
    throw isShared
      ? new Error(`its objects are in another repository, which ${ALTERNATES} names and which is not read`, {
        cause: error,
      })
      : error;
  }
}

/** The file that names repositories whose objects this one shares: https://git-scm.com/docs/gitrepository-layout */
const ALTERNATES = "objects/info/alternates";

/** What the index has of a file; `undefined` where it has none, and the file is not tracked. */
async function stagedFile(gitDir: string, filepath: string): Promise<{ readonly size: number } | undefined> {
  const { STAGE, walk } = await import("isomorphic-git");
  const isAbove = (folder: string) => folder === "." || filepath.startsWith(`${folder}/`);
  const found: { readonly size: number }[] = [];
  await walk({
    fs,
    dir: gitDir,
    gitdir: gitDir,
    trees: [STAGE()],
    map: async (name, [entry]) => {
      if (name === filepath && entry) found.push(await entry.stat());
      return isAbove(name) ? true : null;
    },
  });
  return found[0];
}

/** What a commit has of a file; `undefined` where it has none. @throws {Error} where the commit cannot be read to there */
async function committedFile(
  gitdir: string,
  commit: string,
  filepath: string,
  cache: object,
): Promise<TreeEntry | undefined> {
  const { readTree } = await import("isomorphic-git");
  let found: TreeEntry | undefined;
  for (const name of filepath.split("/")) {
    if (found !== undefined && found.type !== "tree") return undefined;
    const { tree } = await readTree({ fs, gitdir, oid: found?.oid ?? commit, cache });
    found = tree.find(({ path }) => path === name);
    if (found === undefined) return undefined;
  }
  return found;
}

/**
 * Whether a file is a commit's, as git sees it: with the same bytes, and executable or not alike where git looks at that
 * (core.fileMode). A file may have CR LF in place of LF where it is still as long as the index says: then git has written it so, for
 * whatever setting or attribute. Filters (gitattributes: `filter`) are not run: what they change counts as a difference.
 */
async function isUnchanged(
  gitdir: string,
  path: string,
  committed: TreeEntry,
  checkedOut: { readonly size: number },
): Promise<boolean> {
  const { getConfig, hashBlob } = await import("isomorphic-git");
  const { mode } = await Deno.stat(path);
  const fileMode: unknown = await getConfig({ fs, gitdir, path: "core.filemode" });
  if (mode !== null && !/^(false|no|off|0)$/i.test(String(fileMode))) {
    const isExecutable = (mode & 0o100) !== 0;
    if (isExecutable !== (committed.mode === "100755")) return false;
  }
  const text = await readLimited(path, MEMORY_LIMIT);
  if ((await hashBlob({ object: text })).oid === committed.oid) return true;
  return text.length === checkedOut.size &&
    (await hashBlob({ object: withoutCarriageReturns(text) })).oid === committed.oid;
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isFile }) => isFile, () => false);
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
  const link = info.isFile
    ? (await readTextLimited(dotGit, SHORT_LIMIT)).replace(/^gitdir: /, "").trim()
    : dotGit;
  const gitDir: string = resolve(root, link);
  const common = await readTextLimited(join(gitDir, "commondir"), SHORT_LIMIT).catch(() => ".");
  return { root, gitDir, commonDir: resolve(gitDir, common.trim()) };
}

/** A text with line ends as git stores them; it may check them out as CR LF. */
function withoutCarriageReturns(text: Uint8Array): Uint8Array {
  return text.filter((byte, i) => byte !== 0x0d || text[i + 1] !== 0x0a);
}
