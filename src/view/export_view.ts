import { join, resolve } from "@std/path";
import { InputError, thrownMessage } from "../base/errors.ts";
import { beginsAs } from "../disk/begins_as.ts";
import { isAbsent } from "../disk/is_absent.ts";
import { onDisk } from "../disk/on_disk.ts";
import { isWithin } from "../disk/project.ts";
import { removeAll, writeWhole } from "../disk/write_whole.ts";
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

/** The beginning of the scripts of data, by which their folder is known. */
const DATA = "globalThis.softpromptData";

/**
 * Writes the page and all that it shows as a static site. Data are scripts, as a page that is opened from a disk may load nothing else.
 *
 * @param site its folder, which is made where there is none; an earlier site in it is replaced
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
    for (const name of ["data", "reports"]) {
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
          await Deno.copyFile(join(folder, REPORT_FILE), join(site, "reports", `${key}.html`));
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
  }, "--export");
  return { runs: index.rows.length, left: [...index.troubles, ...left] };
}

/** A script that keeps a value for the page under a name. */
function dataScript(name: string, content: unknown): string {
  return `(${DATA} ??= new Map()).set(${JSON.stringify(name)}, ${JSON.stringify(content)});\n`;
}

/** Refuses to write over what is no site of this program, and into the results. */
async function checkPlace(site: string, folder: string): Promise<void> {
  if (isWithin(resolve(site), resolve(folder))) {
    throw new InputError(`${site} is in the folder that is shown (${folder}): choose another with --export`);
  }
  const entries = await Array.fromAsync(Deno.readDir(site)).catch((error) => {
    if (error instanceof Deno.errors.NotADirectory) {
      throw new InputError(`${site} is a file: name a folder with --export`);
    }
    if (isAbsent(error)) return [];
    throw error;
  });
  if (entries.length === 0) return;
  const isPage = entries.some(({ name, isFile }) => name === START && isFile) &&
    await beginsAs(join(site, START), PAGE);
  const hasData = isPage && await beginsAs(join(site, "data", "index.js"), `(${DATA}`).catch(() => false);
  if (hasData) return;
  throw new InputError(`${site} holds other files: choose an empty folder with --export`);
}
