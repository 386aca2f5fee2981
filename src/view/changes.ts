/** How long it is waited after a change for others, in milliseconds: a run writes many files at its end. */
const PAUSE = 300;

/** How often it is looked whether the folders are still those that are watched, in milliseconds. */
const LOOK = 1000;

/** The names of files that a program writes beside those that a page shows. */
const BESIDE = /(?:^|[/\\])\.(?:cache|locks)(?:[/\\]|$)|\.new$/;

/** What is watched. */
export interface WatchedFolders {
  /** These need not be there. */
  readonly folders: readonly string[];
  /** Whether there may be a change that no file tells of, as when a run is killed. */
  readonly mayChange: () => boolean;
}

/**
 * Calls a function after something in folders has changed, some time after the first of the changes that come together, until the
 * signal aborts. A folder that is made or replaced later is watched from then on; what the system cannot watch, for lack of a permission
 * or as there are too many folders, may have changed whenever it is looked.
 */
export async function onChanges(
  watched: WatchedFolders,
  changed: () => void,
  signal: AbortSignal,
): Promise<void> {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const later = () => {
    waiting ??= setTimeout(() => {
      waiting = undefined;
      changed();
    }, PAUSE);
  };
  try {
    while (!signal.aborted) {
      await untilOthers(watched, later, signal);
      if (!signal.aborted) later();
    }
  } finally {
    clearTimeout(waiting);
  }
}

/** The folders that are there, and what the system tells each of them by. */
type Identities = ReadonlyMap<string, string>;

async function identities(folders: readonly string[]): Promise<Identities> {
  const found = new Map<string, string>();
  for (const folder of folders) {
    const info = await Deno.stat(folder).catch(() => undefined);
    if (info?.isDirectory) found.set(folder, `${info.dev} ${info.ino} ${info.birthtime?.getTime()}`);
  }
  return found;
}

/** Watches folders until others are in their places, or, where they cannot be watched, until it is looked again. */
async function untilOthers(
  { folders, mayChange }: WatchedFolders,
  changed: () => void,
  signal: AbortSignal,
): Promise<void> {
  const before = await identities(folders);
  if (signal.aborted) return;
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const end = () => resolve();
  const watcher = watcherOf([...before.keys()]);
  let isWatching = watcher !== undefined || before.size === 0;
  const reading = watcher && readEvents(watcher, changed).catch(() => {
    // A folder that may not be read was made in one of them.
    isWatching = false;
  });
  const looking = setInterval(async () => {
    const now = await identities(folders);
    const isSame = folders.every((folder) => now.get(folder) === before.get(folder));
    if (!isSame || !isWatching) end();
    else if (mayChange()) changed();
  }, LOOK);
  signal.addEventListener("abort", end, { once: true });
  await ended;
  signal.removeEventListener("abort", end);
  clearInterval(looking);
  watcher?.close();
  await reading;
}

/** What watches folders; `undefined` where there is none, or the system cannot watch them. */
function watcherOf(folders: readonly string[]): Deno.FsWatcher | undefined {
  if (folders.length === 0) return undefined;
  try {
    return Deno.watchFs([...folders]);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return undefined;
  }
}

async function readEvents(watcher: Deno.FsWatcher, changed: () => void): Promise<void> {
  for await (const { kind, paths } of watcher) {
    if (kind !== "access" && !paths.every((path) => BESIDE.test(path))) changed();
  }
}
