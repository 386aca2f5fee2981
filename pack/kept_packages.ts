import { dirname, join } from "@std/path";
import { filesIn } from "./files_in.ts";

/** A package that stays as it is beside the program, because its files are found by their addresses when it runs. */
interface Kept {
  /** Its files that are needed, by their paths in the package. */
  readonly files: RegExp;
  /** Whether the program imports it from there: others are part of the program as well, and their files are for pages. */
  readonly isImported: boolean;
}

const KEPT: Readonly<Record<string, Kept>> = {
  // Without what is there twice on macOS, and the compilers of shaders, which the CPU does not need.
  "onnxruntime-node": {
    files: /^dist\/.*\.js$|^bin\/(?!.*(?:\d\.\d+\.\d+\.dylib|dxcompiler\.dll|dxil\.dll)$)/,
    isImported: true,
  },
  // What the ones above and below are parts of.
  "onnxruntime-common": { files: /^dist\/(?:cjs|esm)\/.*\.js$/, isImported: true },
  // The WebAssembly of the device `wasm`, and that of WebGPU for Deno and for pages.
  "onnxruntime-web": {
    files:
      /^dist\/(?:ort\.(?:node|(?:jspi|webgpu)(?:\.bundle)?)\.min|ort-wasm-simd-threaded(?:\.asyncify|\.jspi)?)\.(?:mjs|wasm)$/,
    isImported: true,
  },
  "@huggingface/tokenizers": { files: /^dist\/tokenizers\.min\.mjs$/, isImported: false },
  "pure-rand": { files: /^lib\/esm\/.*\.js(?:on)?$/, isImported: false },
  "d3": { files: /^dist\/d3\.min\.js$/, isImported: false },
  "@observablehq/plot": { files: /^dist\/plot\.umd\.min\.js$/, isImported: false },
};

/** What is said of a package beside its files. */
const ABOUT = /^(?:package\.json|LICENSE(?:\.\w+)?|ThirdPartyNotices\.txt)$/;

/** The native library of a system is in a folder of its own: `bin/napi-v6/linux/x64`. */
const SYSTEM = /^bin\/[^/]+\/([^/]+\/[^/]+)\//;

/** The name of the package that a path in `node_modules` is in. */
export function packageOf(path: string): string {
  return /^(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path;
}

/** The names of the packages that stay. */
export const KEPT_NAMES: readonly string[] = Object.keys(KEPT);

/** Whether the program imports a package from beside it. */
export function isImportedFromBeside(name: string): boolean {
  return Object.hasOwn(KEPT, name) && KEPT[name]!.isImported;
}

/**
 * Copies the packages that stay.
 *
 * @param modules the folder `node_modules` that has them
 * @param to the folder that takes each in a folder of its name
 * @param systems those whose native libraries are taken, as Node names them (`linux/x64`); all by default
 */
export async function copyKept(modules: string, to: string, systems?: readonly string[]): Promise<void> {
  for (const [name, { files }] of Object.entries(KEPT)) {
    for (const path of await filesIn(join(modules, name))) {
      const [, system] = SYSTEM.exec(path) ?? [];
      const isOfSystem = system === undefined || systems === undefined || systems.includes(system);
      if (!ABOUT.test(path) && !(files.test(path) && isOfSystem)) continue;
      const from = join(modules, name, path);
      const target = join(to, name, keptPath(`${name}/${path}`).slice(name.length + 1));
      await Deno.mkdir(dirname(target), { recursive: true });
      if (/\.m?js$/.test(path)) await Deno.writeTextFile(target, withPaths(await Deno.readTextFile(from)));
      else await Deno.copyFile(from, target);
    }
  }
}

/** CommonJS is recognized by its files' names alone, wherever the package is installed. */
const COMMON_JS = /^onnxruntime-(?:node\/dist|common\/dist\/cjs)\/.*\.js$/;

/** Where a file of a package that stays is, among these packages. @param path in `node_modules` */
export function keptPath(path: string): string {
  return COMMON_JS.test(path) ? path.replace(/\.js$/, ".cjs") : path;
}

/** A module whose imports are all by paths: nothing is looked for by a package's name. */
function withPaths(source: string): string {
  const common = (kind: string) => `"../../onnxruntime-common/dist/${kind}"`;
  return source
    .replaceAll(/require\("(\.[^"]+?)(?:\.js)?"\)/g, 'require("$1.cjs")')
    .replaceAll('require("onnxruntime-common")', `require(${common("cjs/index.cjs")})`)
    .replaceAll(/\bfrom ?"onnxruntime-common"/g, `from ${common("esm/index.js")}`);
}
