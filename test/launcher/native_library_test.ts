import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import project from "../../deno.json" with { type: "json" };
import { downloadNotice, packages } from "../../src/launcher/native_library.ts";
import { ROOT } from "../shared.ts";

/** What every run on the CPU imports when it needs it: ONNX Runtime, the charts of the report, the commit. */
const IMPORTED_BY_RUNS = ["onnxruntime-node", "d3", "@observablehq/plot", "isomorphic-git"];

/** The most that the packages of the demo may take on the disk, in MiB. */
const MOST = 320;

/** A module, as `deno info --json` shows it. */
interface ModuleInfo {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly specifier: string;
    readonly code?: { readonly specifier: string };
    readonly isDynamic?: boolean;
  }[];
}

/** What `deno info --json` shows of a module's graph. */
interface GraphInfo {
  readonly roots: readonly string[];
  readonly modules: readonly ModuleInfo[];
  readonly npmPackages: Readonly<
    Record<
      string,
      { readonly name: string; readonly dependencies: readonly string[]; readonly localPath: string }
    >
  >;
}

async function graphOf(module: string): Promise<GraphInfo> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", module],
    cwd: ROOT,
    stderr: "null",
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** The names of the packages that are imported before anything runs. */
function importedAtOnce({ roots, modules }: GraphInfo): string[] {
  const bySpecifier = new Map(modules.map((module) => [module.specifier, module]));
  const seen = new Set(roots);
  for (const specifier of seen) {
    for (const { code, isDynamic = false } of bySpecifier.get(specifier)?.dependencies ?? []) {
      if (code !== undefined && !isDynamic) seen.add(code.specifier);
    }
  }
  return [...seen].flatMap((specifier) => /^npm:\/?(@?[^@]+)@/.exec(specifier)?.[1] ?? []);
}

async function bytesIn(folder: string): Promise<number> {
  let sum = 0;
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path: string = join(folder, name);
    sum += isDirectory ? await bytesIn(path) : (await Deno.lstat(path)).size;
  }
  return sum;
}

Deno.test("the demo needs few packages, and Deno downloads no others", async () => {
  assertEquals(project.unstable, ["npm-lazy-caching", "lazy-dynamic-imports"]);
  const graphs = await Promise.all(
    ["src/demo.ts", "src/main.ts", "src/commands/run.ts"].map(graphOf),
  );
  const found = new Map(graphs.flatMap(({ npmPackages }) => Object.entries(npmPackages)));
  const wanted = new Set([...graphs.flatMap(importedAtOnce), ...IMPORTED_BY_RUNS]);
  const needed = new Set([...found].flatMap(([id, { name }]) => wanted.has(name) ? [id] : []));
  for (const id of needed) found.get(id)?.dependencies.forEach((one) => needed.add(one));
  const all = [...needed].flatMap((id) => found.get(id) ?? []);
  const names = new Set(all.map(({ name }) => name));
  for (const name of wanted) assert(names.has(name), `${name} is not among the packages of the graph`);
  const quantiles = ["normal", "t"].map((name) => `@stdlib/stats-base-dists-${name}-quantile`);
  for (const other of ["onnxruntime-web", "playwright-core", "@huggingface/hub", "amaro", ...quantiles]) {
    assertEquals(names.has(other), false, other);
  }
  const sizes = await Promise.all(all.map(({ localPath }) => bytesIn(localPath)));
  const mebibytes = sizes.reduce((sum, size) => sum + size, 0) / 2 ** 20;
  assert(mebibytes < MOST, `${mebibytes.toFixed(0)} MiB`);
});

Deno.test("what is downloaded is said while ONNX Runtime is not there", async () => {
  const { folder, library } = packages();
  assertEquals(downloadNotice({ folder, library }), undefined);
  assertStringIncludes(
    downloadNotice({ folder, library: join(folder, "onnxruntime-node/0.0.0/bin") }) ?? "",
    "downloads",
  );
  assert((await Deno.stat(library)).isDirectory);
});

Deno.test("no build script of a package runs or is asked about", async () => {
  const { npm } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.lock")));
  const withScripts = Object.entries<{ scripts?: boolean }>(npm).filter(([, { scripts }]) => scripts)
    .map(([id]) => `npm:${id.replace(/@[^@]+$/, "")}`);
  assertEquals([...project.allowScripts.deny].sort(), withScripts.sort());
});
