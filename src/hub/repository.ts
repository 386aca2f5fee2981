import { datasetInfo, downloadFile, listFiles, modelInfo, REGEX_COMMIT_HASH } from "@huggingface/hub";
import { dirname, join } from "@std/path";
import { Lock } from "../disk/lock.ts";
import { onDisk } from "../disk/on_disk.ts";
import { putInPlace } from "../disk/write_whole.ts";
import { findInnerFile } from "../disk/inner_file.ts";
import { InputError } from "../base/errors.ts";
import { innerPath } from "../base/inner_path.ts";
import { RepositoryCache, type RepositoryName } from "./cache.ts";
import { hubError } from "./explain_error.ts";
import { HubError } from "./hub_error.ts";
import { fetchWithRetry } from "./fetch_with_retry.ts";
import type { HubSettings } from "./settings.ts";
import { downloadVerified, type ListedFile } from "./verified_download.ts";

/** Receives the events of downloads, to display them. */
export interface DownloadReporter {
  /** Takes a notice for the user. */
  log(line: string): void;
  /** Called when a download starts. @param total the file's size in bytes */
  download(name: string, total: number): DownloadProgress;
}

/** Receives the progress of one download. */
export interface DownloadProgress {
  /** Called with the number of bytes received. */
  readonly progress: (received: number, total: number) => void;
  /** Called when it has ended, successfully or not. */
  end(): void;
}

/** A repository on the hub at one commit, whose files are downloaded on demand, unless the cache has them. */
export class Repository {
  private listed: Promise<readonly ListedFile[]> | undefined;

  private constructor(
    readonly repository: RepositoryName,
    /** The full hash of the commit. */
    readonly commit: string,
    private readonly cache: RepositoryCache,
    private readonly settings: HubSettings,
    private readonly downloads: DownloadReporter,
  ) {}

  /**
   * Resolves a revision to a commit.
   *
   * @param revision a branch, a tag, or a commit's full hash, which needs no request
   * @throws {InputError} where the hub has no such repository or revision, or denies access
   * @throws {HubError} where it cannot be reached and the cache does not have it either
   */
  static async open(
    repository: RepositoryName,
    revision: string,
    settings: HubSettings,
    downloads: DownloadReporter,
  ): Promise<Repository> {
    if (innerPath(revision) !== revision) {
      throw new InputError(
        `${
          JSON.stringify(revision)
        } cannot be a revision of '${repository.name}': name a branch, a tag or a commit's hash`,
      );
    }
    const cache = new RepositoryCache(settings.cache, repository);
    const at = (commit: string) => new Repository(repository, commit, cache, settings, downloads);
    if (REGEX_COMMIT_HASH.test(revision)) return at(revision);
    const known = await cache.readRef(revision);
    if (settings.offline) {
      if (known !== undefined) return at(known);
      throw new InputError(
        `HF_HUB_OFFLINE is set, and ${cache.folder} does not have revision '${revision}' of the ${repository.type} '${repository.name}': download it once without`,
      );
    }
    let commit: string;
    try {
      commit = await commitOf(repository, revision, settings, downloads);
    } catch (error) {
      const wrong = hubError(error, repository, revision, settings);
      if (!(wrong instanceof HubError) || known === undefined) throw wrong;
      downloads.log(`warning: ${wrong.message}; using the cache, which was last at commit ${known}`);
      return at(known);
    }
    await onDisk(cache.folder, () => cache.writeRef(revision, commit), "HF_HOME");
    return at(commit);
  }

  /** The folder of the files, by their paths. */
  get folder(): string {
    return this.cache.snapshot(this.commit);
  }

  /** The paths of all files; offline, of those in the cache. */
  async paths(): Promise<readonly string[]> {
    if (this.settings.offline) return await this.cache.filesOf(this.commit);
    return (await this.list()).map(({ path }) => path);
  }

  /**
   * Downloads a file, unless the cache has it.
   *
   * @returns its path on disk, or `undefined` where the repository has no such file
   * @throws {HubError} where the download is incomplete
   * @throws {InputError} where the path leads out of the repository, in the cache or by its name
   */
  async file(path: string): Promise<string | undefined> {
    const local: string = join(this.folder, innerPath(path) ?? refusePath(path));
    if (await exists(local)) {
      await findInnerFile(this.folder, local);
      return local;
    }
    if (this.settings.offline || await this.cache.lacks(this.commit, path)) return undefined;
    const listed = (await this.list()).find((one) => one.path === path);
    if (listed === undefined) {
      await onDisk(this.cache.folder, () => this.cache.keepLack(this.commit, path), "HF_HOME");
      return undefined;
    }
    await onDisk(this.cache.folder, () => this.provide(listed), "HF_HOME");
    return local;
  }

  /** Puts a file into the cache; other processes, including Hugging Face's tools, wait meanwhile. */
  private async provide({ path, ...file }: ListedFile): Promise<void> {
    const lock = await Lock.take(this.cache.lockFile(file.hash), {
      onWait: () => this.downloads.log(`another process is downloading ${path}: waiting for it to end`),
      log: this.downloads.log,
    });
    try {
      if (!await exists(this.cache.blob(file.hash))) await this.download({ path, ...file });
      await this.cache.link(this.commit, path, file.hash);
    } finally {
      lock?.release();
    }
  }

  private async download(file: ListedFile): Promise<void> {
    const { repository, settings, commit, downloads } = this;
    const blob = this.cache.blob(file.hash);
    const partial = `${blob}.incomplete`;
    await Deno.mkdir(dirname(blob), { recursive: true });
    const bar = downloads.download(`${repository.name}/${file.path}`, file.size);
    try {
      const asked = {
        ...access(repository, settings, downloads),
        path: file.path,
        revision: commit,
        xet: false,
      };
      const content = await downloadFile(asked).catch((error) => {
        throw hubError(error, repository, commit, settings);
      });
      if (content === null) {
        throw new HubError(`${settings.endpoint} lists ${file.path}, but does not serve it`);
      }
      const readFrom = (offset: number) => Promise.resolve(content.slice(offset).stream());
      await downloadVerified(file, partial, readFrom, bar.progress);
      await putInPlace(partial, blob);
    } finally {
      bar.end();
    }
  }

  private list(): Promise<readonly ListedFile[]> {
    const { repository, settings, downloads, commit } = this;
    return this.listed ??= (async () => {
      try {
        const { fetch, ...rest } = access(repository, settings, downloads);
        const asked = { ...rest, fetch: ofPages(fetch, settings), revision: commit, recursive: true };
        const entries = await Array.fromAsync(listFiles(asked));
        return entries.filter(({ type }) => type === "file").map(({ path, size, oid, lfs }) =>
          checkedListing({ path, size: lfs?.size ?? size, hash: lfs?.oid ?? oid ?? "" })
        );
      } catch (error) {
        throw hubError(error, repository, commit, settings);
      }
    })();
  }
}

async function commitOf(
  repository: RepositoryName,
  revision: string,
  settings: HubSettings,
  downloads: DownloadReporter,
): Promise<string> {
  const { repo: _, ...asked } = access(repository, settings, downloads);
  const about = { ...asked, name: repository.name, revision, additionalFields: ["sha" as const] };
  const { sha } = repository.type === "model" ? await modelInfo(about) : await datasetInfo(about);
  if (REGEX_COMMIT_HASH.test(sha)) return sha;
  throw new HubError(
    `the hub gives '${sha}' as the commit of '${repository.name}', which is not a commit's hash: check the proxy or mirror in between`,
  );
}

function access(repository: RepositoryName, settings: HubSettings, downloads: DownloadReporter) {
  const { endpoint, token } = settings;
  return {
    repo: repository,
    hubUrl: endpoint,
    fetch: fetchWithRetry(settings, (line) => downloads.log(line)),
    ...(token !== undefined && { accessToken: token }),
  };
}

/** The most pages that a listing has: of a thousand files each, on the hub. */
const MOST_PAGES = 1000;

/** A `fetch` of the pages of one listing, each of which names the next: a hub that lies could name more for ever. */
function ofPages(one: typeof fetch, { endpoint }: HubSettings): typeof fetch {
  let pages = 0;
  return (...asked) => {
    if (++pages <= MOST_PAGES) return one(...asked);
    throw new HubError(
      `${endpoint} lists files on more than ${
        MOST_PAGES.toLocaleString("en")
      } pages: use a smaller repository, or check the proxy or mirror in between`,
    );
  };
}

/** The hashes by which the hub lists contents: git's SHA-1, or SHA-256. */
const HASH = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** A repository's author chooses the paths, and these and the hashes are joined to the cache's folder. */
function checkedListing(file: ListedFile): ListedFile {
  const path = innerPath(file.path) ?? refusePath(file.path);
  if (HASH.test(file.hash) && Number.isSafeInteger(file.size) && file.size >= 0) return { ...file, path };
  throw new HubError(
    `the hub lists ${path} with the hash '${file.hash}' and ${file.size} bytes, which cannot be: check the proxy or mirror in between`,
  );
}

function refusePath(path: string): never {
  throw new HubError(
    `the repository's path ${JSON.stringify(path)} leads out of it: do not use this repository`,
  );
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
