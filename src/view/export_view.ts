import { join, resolve } from "@std/path";
import { InputError, thrownMessage } from "../base/errors.ts";
import { beginsAs } from "../disk/begins_as.ts";
import { isAbsent } from "../disk/is_absent.ts";
import { onDisk } from "../disk/on_disk.ts";
import { isWithin, realPlace } from "../disk/project.ts";
import { MEMORY_LIMIT } from "../disk/read_limited.ts";
import { finalPath, removeAll, writeWhole } from "../disk/write_whole.ts";
import { readOwn } from "../results/damaged_run.ts";
import { EXPORT_POLICY, pageFiles, pageHtml } from "./page_files.ts";
import { readAboutView, readCompared, REPORT_FILE } from "./run_data.ts";
import { RunIndex } from "./run_index.ts";
import type { Viewed } from "./view_server.ts";

/** What was written. */
export interface Exported {
  /** The number of runs. */
  readonly runs: number;
  /** What could not be read of them. */
  readonly left: readonly string[];
}

/** The file that a site starts with, and how it begins. */
const START = "index.html";
const PAGE = "<!doctype html>";

/** The empty file that a site has until it is whole: by it one that was cut off is known. */
const CUT_OFF = ".softprompt-export.partial";

/** The folders that are emptied first, and what the names of their files are like. */
const WITHIN: ReadonlyMap<string, RegExp> = new Map([
  ["data", /^(?:index|(?:about|compared)-\d+)\.js$/],
  ["reports", /^\d+\.html$/],
]);

/** The beginning of the scripts of data, by which their folder is known. */
const DATA = "globalThis.softpromptData";

/**
 * Writes the page and all that it shows as a static site. Data are scripts, as a page that is opened from a disk may load nothing else.
 *
 * @param site its folder, which is made where there is none; an earlier site in it, also one that was cut off, is replaced
 * @throws {InputError} where the folder holds anything else
 * @throws {DiskError} where it cannot be written
 */
export async function exportView(
  { folder, baselines }: Pick<Viewed, "folder" | "baselines">,
  site: string,
): Promise<Exported> {
  await checkPlace(site, folder);
  const left: string[] = [];
  const index = await new RunIndex(folder, baselines).read();
  await onDisk(site, async () => {
    await Deno.mkdir(site, { recursive: true });
    await Deno.writeTextFile(join(site, CUT_OFF), "");
    for (const name of WITHIN.keys()) {
      await removeAll(join(site, name));
      await Deno.mkdir(join(site, name), { recursive: true });
    }
    const keyed = index.rows.map((row, i) => ({ ...row, key: String(i) }));
    for (const { key, folder, name } of keyed) {
      const data = (kind: string, content: unknown) =>
        Deno.writeTextFile(join(site, "data", `${kind}-${key}.js`), dataScript(`${kind}-${key}`, content));
      try {
        const about = await readAboutView(folder);
        await data("about", about);
        if (about.hasReport) {
          const report = await readOwn(
            join(folder, REPORT_FILE),
            (file) => Deno.readFile(file),
            MEMORY_LIMIT,
          );
          await Deno.writeFile(join(site, "reports", `${key}.html`), report ?? new Uint8Array());
        }
      } catch (error) {
        if (!(error instanceof InputError || error instanceof RangeError)) throw error;
        left.push(`${name}: ${thrownMessage(error)}`);
        await data("about", { problem: thrownMessage(error) });
      }
      await data("compared", await readCompared(folder));
    }
    await writeWhole(join(site, "data", "index.js"), dataScript("index", { ...index, rows: keyed }));
    for (const [name, { content }] of await pageFiles()) {
      if (name === "") continue;
      const path: string = join(site, name);
      if (typeof content !== "string" && "path" in content) await Deno.copyFile(content.path, path);
      else await writeWhole(path, content);
    }
    await writeWhole(join(site, START), pageHtml(EXPORT_POLICY, ["data/index.js"]));
    await Deno.remove(join(site, CUT_OFF));
  }, "--export");
  return { runs: index.rows.length, left: [...index.troubles, ...left] };
}

/** A script that keeps a value for the page under a name. The value is JSON, in which, unlike in a script, `__proto__` is a key as any other. */
function dataScript(name: string, content: unknown): string {
  const json = JSON.stringify(JSON.stringify(content));
  return `(${DATA} ??= new Map()).set(${JSON.stringify(name)}, JSON.parse(${json}));\n`;
}

/** Refuses to write over what is no site of this program, and into the results. */
async function checkPlace(site: string, folder: string): Promise<void> {
  const [place, results] = [await realPlace(resolve(site)), await realPlace(resolve(folder))];
  if (isWithin(place, results)) {
    throw new InputError(`${site} is in the folder that is shown (${folder}): choose another with --export`);
  }
  const other = await otherFile(site);
  if (other === undefined) return;
  throw new InputError(`${site} holds other files (${other}): choose an empty folder with --export`);
}

/** The first entry of a folder that no earlier site has there; of a folder that is no site, its first one. */
async function otherFile(site: string): Promise<string | undefined> {
  const entries = await entriesOf(site);
  const isCutOff = entries.some(({ name, isFile }) => name === CUT_OFF && isFile);
  const pages = new Set([START, CUT_OFF, ...(await pageFiles()).keys()]);
  // Where writing was cut off, a file may have its temporary name.
  const final = (name: string) => isCutOff ? finalPath(name) : name;
  for (const { name, isFile, isDirectory } of entries) {
    const files = WITHIN.get(name);
    if (files === undefined ? !isFile || !pages.has(final(name)) : !isDirectory) return name;
    const within = files === undefined ? [] : await entriesOf(join(site, name));
    const other = within.find((one) => !one.isFile || !files?.test(final(one.name)));
    if (other !== undefined) return `${name}/${other.name}`;
  }
  const isSite = entries.length === 0 || isCutOff ||
    await beginsAs(join(site, START), PAGE).catch(() => false) &&
      await beginsAs(join(site, "data", "index.js"), `(${DATA}`).catch(() => false);
  return isSite ? undefined : entries[0]?.name;
}

/** What is in a folder; nothing where there is none. @throws {InputError} where it is a file */
async function entriesOf(site: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(site));
  } catch (error) {
    if (error instanceof Deno.errors.NotADirectory) {
      throw new InputError(`${site} is a file: name a folder with --export`);
    }
    if (isAbsent(error)) return [];
    throw error;
  }
}
