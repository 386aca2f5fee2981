import { readTextLimited, SHORT_LIMIT } from "../disk/read_limited.ts";
import { writeWhole } from "../disk/write_whole.ts";
import { getRepoFolderName, REGEX_COMMIT_HASH } from "@huggingface/hub";
import { dirname, join, relative } from "@std/path";
import { allDone } from "../base/all_done.ts";

/** A repository's name on the hub. */
export interface RepositoryName {
  readonly type: "model" | "dataset";
  /** owner/name */
  readonly name: string;
}

/**
 * A repository's folder in the cache that Hugging Face's tools share: `refs/<revision>` holds the commit that a branch was
 * at, `blobs/<hash>` the files' contents, `snapshots/<commit>/<path>` links to these, `.no_exist/<commit>/<path>` says that the
 * commit has no such file.
 */
export class RepositoryCache {
  readonly folder: string;

  constructor(private readonly cache: string, private readonly repository: RepositoryName) {
    this.folder = join(cache, getRepoFolderName(repository));
  }

  /** The commit that a branch or tag was at when it was last requested; `undefined` where the cache holds no commit's hash. */
  async readRef(revision: string): Promise<string | undefined> {
    const text = await readTextLimited(join(this.folder, "refs", revision), SHORT_LIMIT).catch(() => "");
    return REGEX_COMMIT_HASH.test(text.trim()) ? text.trim() : undefined;
  }

  /** Stores the commit of a branch or tag. */
  async writeRef(revision: string, commit: string): Promise<void> {
    const path = join(this.folder, "refs", revision);
    if (await this.readRef(revision) === commit) return;
    await Deno.mkdir(dirname(path), { recursive: true });
    await writeWhole(path, commit);
  }

  /** The folder of a commit's files. */
  snapshot(commit: string): string {
    return join(this.folder, "snapshots", commit);
  }

  /** The files of a commit that are in the cache. */
  async filesOf(commit: string): Promise<string[]> {
    const root = this.snapshot(commit);
    const walk = async (folder: string): Promise<string[]> => {
      const entries = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
      const found = entries.map(async ({ name, isDirectory }) => {
        const path: string = join(folder, name);
        return isDirectory ? await walk(path) : [relative(root, path).replaceAll("\\", "/")];
      });
      return (await allDone(found)).flat();
    };
    return (await walk(root)).sort();
  }

  /** Whether a commit is known to have no file of this path. */
  async lacks(commit: string, path: string): Promise<boolean> {
    return await Deno.stat(join(this.folder, ".no_exist", commit, path)).then(() => true, () => false);
  }

  /** Records that a commit has no file of this path. */
  async keepLack(commit: string, path: string): Promise<void> {
    const mark: string = join(this.folder, ".no_exist", commit, path);
    await Deno.mkdir(dirname(mark), { recursive: true });
    await Deno.writeTextFile(mark, "");
  }

  /** The path of the content with a hash. */
  blob(hash: string): string {
    return join(this.folder, "blobs", hash);
  }

  /** The lock file of a blob's download, shared with other tools. */
  lockFile(hash: string): string {
    return join(this.cache, ".locks", getRepoFolderName(this.repository), `${hash}.lock`);
  }

  /** Adds a file whose content is in the cache to a commit: by a link, or a copy where there are no links (on Windows). */
  async link(commit: string, path: string, hash: string): Promise<void> {
    const pointer: string = join(this.snapshot(commit), path);
    const blob = this.blob(hash);
    await Deno.mkdir(dirname(pointer), { recursive: true });
    await Deno.remove(pointer).catch(() => {});
    await Deno.symlink(relative(dirname(pointer), blob), pointer).catch(async () => {
      await Deno.copyFile(blob, `${pointer}.incomplete`);
      await Deno.rename(`${pointer}.incomplete`, pointer);
    });
  }
}
