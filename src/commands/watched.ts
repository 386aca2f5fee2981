import { dirname, resolve } from "@std/path";
import { allDone } from "../base/all_done.ts";
import { counted } from "../base/counted.ts";
import { isWithin, realPlace } from "../disk/project.ts";
import { ExperimentDocument } from "../experiment/document.ts";
import { pathsIn } from "../experiment/paths_in.ts";
import { experimentFileAt, readExperimentFile } from "../experiment/read_experiment_file.ts";
import type { CommandIo } from "../terminal/command_io.ts";
import { messageOf } from "../terminal/exit_codes.ts";
import { Interrupted } from "../training/training_error.ts";

/** How long changes are collected after the first, in milliseconds: editors and copies write in several steps. */
const SETTLES = 300;

/** The events of a file system that change what a file holds; reading it is none. */
const CHANGES: readonly Deno.FsEvent["kind"][] = ["create", "modify", "rename", "remove"];

/** A path whose change is a reason to run a file again. */
interface Source {
  readonly file: string;
  readonly path: string;
}

/**
 * Runs experiment files, and then each of them again whenever it, or a file or folder that it names, has changed; what changes while
 * they are run is run after that. Errors are shown, and do not end it.
 *
 * @param run runs some of the files
 * @throws {InputError} where a file is not there from the beginning
 * @throws {Interrupted} at the first signal to stop
 */
export async function watched(
  files: readonly string[],
  run: (files: readonly string[]) => Promise<void>,
  io: Pick<CommandIo, "log" | "onInterrupt">,
): Promise<never> {
  const all = [...new Set(await allDone(files.map(experimentFileAt)))];
  await allDone(all.map(readExperimentFile));
  const stopped = new AbortController();
  using _listening = io.onInterrupt(() => stopped.abort());
  let changed: readonly string[] = all;
  while (!stopped.signal.aborted) {
    const sources = (await allDone(all.map(sourcesOf))).flat();
    const watcher = Deno.watchFs(await placesToWatch(sources), { recursive: false });
    const close = () => closed(watcher);
    stopped.signal.addEventListener("abort", close);
    try {
      await run(changed).catch((error) => {
        if (error instanceof Interrupted) throw error;
        io.log(`error: ${messageOf(error)}`);
      });
      if (!stopped.signal.aborted) io.log(`watching ${counted(all.length, "file")}; Ctrl-C ends it`);
      changed = await nextChanged(watcher, sources);
    } finally {
      stopped.signal.removeEventListener("abort", close);
      close();
    }
  }
  throw new Interrupted("no longer watching: the same command starts it again");
}

/** What a file depends on: itself and what it names, as far as it can be read. */
async function sourcesOf(file: string): Promise<Source[]> {
  const named = await namedBy(file).catch(() => []);
  const paths = await allDone([file, ...named].map((path) => realPlace(resolve(path))));
  return paths.map((path) => ({ file, path }));
}

async function namedBy(file: string): Promise<string[]> {
  const { content } = new ExperimentDocument(await readExperimentFile(file), file);
  return pathsIn(Object(content), file);
}

/**
 * The folders of files, as an editor replaces a file by another of its name; of what is gone, the nearest folder above that is there,
 * in which it may come back; a file itself where its folder may not be read.
 */
async function placesToWatch(sources: readonly Source[]): Promise<string[]> {
  const places = await allDone(sources.map(async ({ path }): Promise<string[]> => {
    const info = await Deno.stat(path).catch(() => undefined);
    const place = info?.isDirectory ? path : await nearestFolder(dirname(path));
    const { state } = await Deno.permissions.query({ name: "read", path: place });
    return state === "granted" ? [place] : info === undefined ? [] : [path];
  }));
  return [...new Set(places.flat())];
}

/** A folder, or the nearest above it that is there. */
async function nearestFolder(folder: string): Promise<string> {
  const isThere = await Deno.stat(folder).then(({ isDirectory }) => isDirectory, () => false);
  const above = dirname(folder);
  return isThere || above === folder ? folder : await nearestFolder(above);
}

/** The files that the next changes are of; none where the watcher is closed before. */
async function nextChanged(watcher: Deno.FsWatcher, sources: readonly Source[]): Promise<string[]> {
  const changed = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  for await (const { kind, paths } of watcher) {
    if (!CHANGES.includes(kind)) continue;
    // A folder above that is made, moved or removed brings back or takes away what is in it.
    const isMoved = kind !== "modify";
    for (const { file, path } of sources) {
      if (paths.some((one) => isWithin(one, path) || isMoved && isWithin(path, one))) changed.add(file);
    }
    if (changed.size > 0) timer ??= setTimeout(() => closed(watcher), SETTLES);
  }
  clearTimeout(timer);
  return [...changed];
}

function closed(watcher: Deno.FsWatcher): void {
  try {
    watcher.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
