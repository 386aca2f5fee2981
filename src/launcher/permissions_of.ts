import { basename, dirname, join, resolve } from "@std/path";
import { INDEX_VARIABLES } from "../cluster/task_index.ts";
import { RT_POLARITY } from "../dataset/rt_polarity.ts";
import { isDenied } from "../disk/denied.ts";
import { isAbsent } from "../disk/is_absent.ts";
import { cacheFolder, HUB_VARIABLES, hubHosts, isOffline, tokenFile } from "../hub/environment.ts";
import { LAUNCHED } from "../terminal/stop_signals.ts";
import type { Packages } from "./native_library.ts";
import type { Needs } from "./needs.ts";
import type { Permissions } from "./permissions.ts";
import { MLFLOW_VARIABLES } from "../trackers/mlflow_server.ts";
import { RIGHTS, type Verb } from "./rights.ts";

/** Variables that all verbs may read: where home is, and what the terminal shows. */
const COMMON_VARIABLES = [
  "HOME",
  "USERPROFILE",
  "XDG_RUNTIME_DIR",
  "NO_COLOR",
  "FORCE_COLOR",
  "TERM",
  "COLORTERM",
  LAUNCHED,
];

/** What is asked of the system: the number of cores and the memory, the versions of the results, the home folder. */
const SYSTEM = ["cpus", "systemMemoryInfo", "osRelease", "homedir", "hostname", "uid"];

/** The permissions of a verb: what its command line needs, the caches, and what the verb's rights add. */
export function permissionsOf(
  verb: Verb,
  needs: Needs,
  { folder, library }: Packages,
): Permissions {
  const { reads, writes, listens, reportsTo, starts } = needs;
  const { downloads, asksHub = false, measuresDisks = false } = RIGHTS[verb];
  const cache = downloads ? [cacheFolder()] : [];
  const looked = asksHub ? [cacheFolder()] : [];
  const variables = downloads ? HUB_VARIABLES : asksHub ? HUB_VARIABLES.filter(isNoSecret) : [];
  const written = [...writes.flatMap(replaced), ...cache];
  const secret = downloads ? [tokenFile()] : [];
  return {
    read: [...reads, ...written, ...looked, ...secret, folder].map((path) => resolve(path)),
    write: written.map((path) => resolve(path)),
    ffi: isNative(verb, needs) ? [library] : [],
    run: starts === undefined ? [] : [starts],
    net: [...hostsOf(verb), ...[listens, reportsTo].flatMap((host) => host ?? [])],
    env: [
      ...COMMON_VARIABLES,
      ...variables,
      ...(reportsTo === undefined ? [] : MLFLOW_VARIABLES),
      ...(verb === "batch" ? INDEX_VARIABLES : []),
    ],
    sys: measuresDisks ? [...SYSTEM, "statfs"] : SYSTEM,
  };
}

/** Whether a verb may run native code with what its command line names. */
export function isNative(verb: Verb, { areGenerated = false }: Needs): boolean {
  const { native } = RIGHTS[verb];
  return native === "generated texts" ? areGenerated : native;
}

/** A folder, and the two beside it by which it is replaced as a whole; those of the folder that a link leads to, too. */
function replaced(folder: string): string[] {
  return [...new Set([resolve(folder), linkedFolder(folder)])]
    .flatMap((path) => [path, `${path}.partial`, join(dirname(path), `.${basename(path)}.old`)]);
}

/** Where a path leads that is a link itself; every other path as it is. */
function linkedFolder(path: string): string {
  try {
    return Deno.lstatSync(path).isSymlink ? Deno.realPathSync(path) : resolve(path);
  } catch (error) {
    if (isAbsent(error) || isDenied(error)) return resolve(path);
    throw error;
  }
}

function hostsOf(verb: Verb): string[] {
  if (verb === "data") return [new URL(RT_POLARITY.url).host];
  const { downloads, asksHub = false } = RIGHTS[verb];
  return (downloads || asksHub) && !isOffline() ? hubHosts() : [];
}

/** Whether a variable is neither a token nor the place of one. */
function isNoSecret(name: string): boolean {
  return !name.startsWith("HF_TOKEN");
}
