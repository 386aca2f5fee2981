import { fromFileUrl } from "@std/path";
import { transformSync } from "amaro";
import { type AddressedPackage, loadedPackageAddress } from "../base/package_address.ts";

/** The packages that pages import, as entries of an import map, which `shipped` serves. */
const PACKAGES = {
  "onnxruntime-web": "npm/onnxruntime-web/ort.webgpu.min.mjs",
  "onnxruntime-web/jspi": "npm/onnxruntime-web/ort.jspi.min.mjs",
  "onnxruntime-web/webgpu": "npm/onnxruntime-web/ort.webgpu.min.mjs",
  "@huggingface/tokenizers": "npm/@huggingface/tokenizers/tokenizers.min.mjs",
  "@std/csv/parse": "npm/deno-std/csv/parse.js",
  "pure-rand/distribution/uniformFloat64": "npm/pure-rand/distribution/uniformFloat64.js",
  "pure-rand/distribution/uniformInt": "npm/pure-rand/distribution/uniformInt.js",
  "pure-rand/generator/xoroshiro128plus": "npm/pure-rand/generator/xoroshiro128plus.js",
} as const;

/** The import map of the page. */
export const IMPORT_MAP: string = JSON.stringify({
  imports: Object.fromEntries(Object.entries(PACKAGES).map(([name, path]) => [name, `/${path}`])),
});

/** The folder of each package's browser files, relative to its main module. */
const SHIPPED: ReadonlyMap<string, readonly [specifier: AddressedPackage, from: string]> = new Map([
  ["onnxruntime-web", ["onnxruntime-web", "./"]],
  ["@huggingface/tokenizers", ["@huggingface/tokenizers", "./"]],
  ["deno-std", ["@std/csv/parse", "../"]],
  ["pure-rand", ["pure-rand/generator/xoroshiro128plus", "../"]],
  ["d3", ["d3", "../dist/"]],
  ["@observablehq/plot", ["@observablehq/plot", "../dist/"]],
]);

const SCRIPT = "text/javascript";

const TYPES: ReadonlyMap<string, string> = new Map([
  ["js", SCRIPT],
  ["mjs", SCRIPT],
  ["wasm", "application/wasm"],
]);

/** A response body and its type; the content of a file is read while it is sent. */
export interface Sent {
  readonly content: string | Uint8Array | { readonly path: string };
  readonly type: string;
}

/** The longest path that modules have, in characters, and so the longest name: file systems take names of 255 bytes. */
const LONGEST_PATH = 200;

/** One of the project's modules, with its types stripped: a page runs the same trainer, tokenizer and device code as Deno. */
export async function ownModule(path: string): Promise<Sent | undefined> {
  if (path.length > LONGEST_PATH || !/^src(?:\/[a-z0-9_]+)+\.ts$/.test(path)) return undefined;
  const url = new URL(`../../${path}`, import.meta.url);
  const source = await Deno.readTextFile(url).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  return source === undefined
    ? undefined
    : { content: transformSync(source, { mode: "transform", filename: path }).code, type: SCRIPT };
}

/** A file of a package, as the package ships it for pages. */
export async function shipped(path: string): Promise<Sent | undefined> {
  if (path.length > LONGEST_PATH) return undefined;
  const [, name, file] = /^npm\/((?:@[\w-]+\/)?[\w-]+)\/([\w./-]+)$/.exec(path) ?? [];
  const [specifier, from] = SHIPPED.get(name ?? "") ?? [];
  if (specifier === undefined || file === undefined || file.split("/").includes("..")) return undefined;
  const type = TYPES.get(file.replace(/^.*\./, ""));
  if (type === undefined) return undefined;
  const own: string = fromFileUrl(new URL(file, new URL(from!, await loadedPackageAddress(specifier))));
  const isFile = await Deno.stat(own).then((info) => info.isFile, (error) => {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  });
  return isFile ? { content: { path: own }, type } : undefined;
}
