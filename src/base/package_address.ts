/**
 * Where packages are whose files are found by their addresses: native libraries, and what pages load. A package that is built of this
 * project has a module of its own in place of this one, as its packages are elsewhere.
 *
 * @module
 */

/** A package whose files are found by its address, and how it is loaded: only loaded packages can be found in Deno's cache. */
interface Addressed {
  readonly address: () => string;
  readonly load: () => Promise<unknown>;
}

/** The packages, by what imports name them. Each name is written out: where the project is published, names that are computed stay. */
const PACKAGES = {
  "onnxruntime-node": {
    address: () => import.meta.resolve("onnxruntime-node"),
    load: () => import("onnxruntime-node"),
  },
  "onnxruntime-web": {
    address: () => import.meta.resolve("onnxruntime-web"),
    load: () => import("onnxruntime-web"),
  },
  "@huggingface/tokenizers": {
    address: () => import.meta.resolve("@huggingface/tokenizers"),
    load: () => import("@huggingface/tokenizers"),
  },
  "@std/csv/parse": {
    address: () => import.meta.resolve("@std/csv/parse"),
    load: () => import("@std/csv/parse"),
  },
  "pure-rand/generator/xoroshiro128plus": {
    address: () => import.meta.resolve("pure-rand/generator/xoroshiro128plus"),
    load: () => import("pure-rand/generator/xoroshiro128plus"),
  },
  "d3": {
    address: () => import.meta.resolve("d3"),
    load: () => import("d3"),
  },
  "@observablehq/plot": {
    address: () => import.meta.resolve("@observablehq/plot"),
    load: () => import("@observablehq/plot"),
  },
} satisfies Readonly<Record<string, Addressed>>;

/** What imports name one of these packages by. */
export type AddressedPackage = keyof typeof PACKAGES;

/** All of them. */
export const ADDRESSED: readonly string[] = Object.keys(PACKAGES);

/** The address of what a package's name stands for, which its other files are near; it need not have been downloaded yet. */
export function packageAddress(name: AddressedPackage): string {
  return PACKAGES[name].address();
}

/** The address of a package that is there. */
export async function loadedPackageAddress(name: AddressedPackage): Promise<string> {
  await PACKAGES[name].load();
  return packageAddress(name);
}
