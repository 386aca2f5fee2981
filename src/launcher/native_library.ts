import { dirname, fromFileUrl, join } from "@std/path";

/** Where the packages are that the program imports, and the native library among them. */
export interface Packages {
  /** The folder of all packages: Deno's cache of npm, or `node_modules`. */
  readonly folder: string;
  /** The folder of ONNX Runtime's native library, of every platform that the package has. */
  readonly library: string;
}

const NATIVE = "onnxruntime-node";

/** Finds the packages, without loading them: where the import map puts them. */
export function packages(): Packages {
  const entry = fromFileUrl(import.meta.resolve(NATIVE));
  const at = entry.replaceAll("\\", "/").lastIndexOf(`/${NATIVE}/`);
  const own = entry.slice(0, at + 1 + NATIVE.length);
  const [version = ""] = entry.slice(own.length + 1).split(/[\\/]/);
  return { folder: dirname(own), library: join(own, /^\d/.test(version) ? version : "", "bin") };
}
