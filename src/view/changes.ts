/** How long it is waited after a change for others, in milliseconds: a run writes many files at its end. */
const PAUSE = 300;

/** The names of files that a program writes beside those that a page shows. */
const BESIDE = /(?:^|[/\\])\.(?:cache|locks)(?:[/\\]|$)|\.new$/;

/**
 * Calls a function after something in folders has changed, some time after the first of the changes that come together, until the
 * signal aborts.
 *
 * @param folders those that are not there are not watched
 */
export async function onChanges(
  folders: readonly string[],
  changed: () => void,
  signal: AbortSignal,
): Promise<void> {
  const existing: string[] = [];
  for (const folder of folders) {
    if (await Deno.stat(folder).then(({ isDirectory }) => isDirectory, () => false)) existing.push(folder);
  }
  if (existing.length === 0 || signal.aborted) return;
  using watcher = Deno.watchFs(existing);
  signal.addEventListener("abort", () => watcher.close(), { once: true });
  let waiting: ReturnType<typeof setTimeout> | undefined;
  for await (const { kind, paths } of watcher) {
    if (kind === "access" || paths.every((path) => BESIDE.test(path))) continue;
    waiting ??= setTimeout(() => {
      waiting = undefined;
      changed();
    }, PAUSE);
  }
  clearTimeout(waiting);
}
