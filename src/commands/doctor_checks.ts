import { COMMAND } from "../base/called_as.ts";
import { join, resolve } from "@std/path";
import { statfs } from "node:fs/promises";
import { cachedEntries } from "../artifacts/cached_entries.ts";
import { counted } from "../base/counted.ts";
import { thrownMessage } from "../base/errors.ts";
import { sizeText } from "../base/size_text.ts";
import { openCpu } from "../device/cpu.ts";
import { findAdapter } from "../device/webgpu.ts";
import { isAbsent } from "../disk/is_absent.ts";
import { foldersAbove } from "../disk/project.ts";
import { answers } from "../hub/answers.ts";
import { cacheFolder, endpoint, isOffline } from "../hub/environment.ts";
import { softwareVersions } from "../results/environment.ts";
import { runFolders } from "../results/run_folders.ts";

/** What a check has found: `note`, something is less than usual; `missing`, nothing runs without it. */
export interface Finding {
  readonly name: string;
  readonly state: "fine" | "note" | "missing";
  readonly value: string;
  /** The way out. */
  readonly way?: string;
}

/** Something that runs need. */
export interface Check {
  readonly name: string;
  look(): Promise<Omit<Finding, "name">>;
}

/** The first version of Deno that this program runs on. */
const DENO = [2, 9] as const;

/** Below this many bytes a disk is nearly full: a model of the usual size and its results do not fit. */
const LITTLE = 2e9;

/** What is looked at, in order. @param results the folder of all results */
export function checksOf(results: string): Check[] {
  return [
    { name: "softprompt", look: () => fine(softwareVersions().softprompt) },
    { name: "Deno", look: deno },
    { name: "system", look: system },
    { name: "ONNX Runtime", look: native },
    { name: "WebGPU", look: webgpu },
    { name: "hub", look: hub },
    { name: "hub's cache", look: () => cache(cacheFolder()) },
    { name: "results", look: () => resultsIn(results) },
    { name: "disk of results", look: () => disk(results) },
    { name: "disk of cache", look: () => disk(cacheFolder()) },
  ];
}

function fine(value: string): Promise<Omit<Finding, "name">> {
  return Promise.resolve({ state: "fine", value });
}

function deno(): Promise<Omit<Finding, "name">> {
  const { deno, v8 } = softwareVersions();
  const [major = 0, minor = 0] = deno.split(".").map(Number);
  if (major > DENO[0] || major === DENO[0] && minor >= DENO[1]) return fine(`${deno}, V8 ${v8}`);
  const way = `update it to ${DENO.join(".")} or later`;
  return Promise.resolve({ state: "missing", value: deno, way });
}

function system(): Promise<Omit<Finding, "name">> {
  const { os, arch } = Deno.build;
  const { total, available } = Deno.systemMemoryInfo();
  return fine(
    `${os} ${arch}, ${counted(navigator.hardwareConcurrency, "thread")}, ${sizeText(total)} of memory, ${
      sizeText(available)
    } free`,
  );
}

async function native(): Promise<Omit<Finding, "name">> {
  try {
    const { description } = await openCpu();
    return { state: "fine", value: description };
  } catch (error) {
    const way = "install the package again, or set 'device: wasm'";
    return { state: "missing", value: `the native CPU cannot be used (${thrownMessage(error)})`, way };
  }
}

async function webgpu(): Promise<Omit<Finding, "name">> {
  const adapter = await findAdapter();
  if (adapter !== undefined && !adapter.software) return { state: "fine", value: adapter.name };
  const way = "runs take the native CPU";
  return adapter === undefined
    ? { state: "note", value: "no adapter", way }
    : { state: "note", value: `${adapter.name}, in software`, way };
}

async function hub(): Promise<Omit<Finding, "name">> {
  if (isOffline()) return { state: "note", value: "not asked, as HF_HUB_OFFLINE is set" };
  const address = endpoint();
  try {
    return { state: "fine", value: `${address} answers in ${Math.round(await answers(address))} ms` };
  } catch (error) {
    const way = "models in folders and in the cache can be used; set HF_ENDPOINT to a mirror for others";
    return { state: "note", value: `${address} cannot be reached (${thrownMessage(error)})`, way };
  }
}

async function cache(folder: string): Promise<Omit<Finding, "name">> {
  const names = (await entriesOf(folder))?.filter((name) => /^(?:models|datasets)--/.test(name));
  return await fine(
    names === undefined ? `${folder}, which is not there yet` : `${folder}, ${repositories(names.length)}`,
  );
}

function repositories(count: number): string {
  return count === 1 ? "1 repository" : `${count} repositories`;
}

async function resultsIn(folder: string): Promise<Omit<Finding, "name">> {
  if (await entriesOf(folder) === undefined) return await fine(`${folder}, which is not there yet`);
  const runs = await runFolders(folder);
  const steps = await cachedEntries(join(folder, ".cache"));
  return await fine(`${folder}, ${counted(runs.length, "run")}, ${counted(steps.length, "compiled step")}`);
}

/** The names in a folder; `undefined` where there is none. */
async function entriesOf(folder: string): Promise<string[] | undefined> {
  try {
    return await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** The space that is left where a folder is, or in the nearest folder above it that is there and may be read. */
async function disk(folder: string): Promise<Omit<Finding, "name">> {
  const place = await nearestReadable(resolve(folder));
  if (place === undefined) return { state: "note", value: "not known, as the folder is not there yet" };
  const { bavail, bsize } = await statfs(place);
  const value = `${sizeText(bavail * bsize)} free`;
  if (bavail * bsize >= LITTLE) return { state: "fine", value };
  return { state: "note", value, way: `free some space: '${COMMAND} clean' says what it could remove` };
}

async function nearestReadable(folder: string): Promise<string | undefined> {
  for (const place of foldersAbove(folder)) {
    const { state } = await Deno.permissions.query({ name: "read", path: place });
    if (state !== "granted") continue;
    if (await Deno.stat(place).then(() => true, () => false)) return place;
  }
  return undefined;
}
