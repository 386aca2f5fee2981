import { dirname, fromFileUrl, join } from "@std/path";
import { packageAddress } from "../base/package_address.ts";

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
  const entry = fromFileUrl(packageAddress(NATIVE));
  const at = entry.replaceAll("\\", "/").lastIndexOf(`/${NATIVE}/`);
  const own = entry.slice(0, at + 1 + NATIVE.length);
  const [version = ""] = entry.slice(own.length + 1).split(/[\\/]/);
  return { folder: dirname(own), library: join(own, /^\d/.test(version) ? version : "", "bin") };
}

/**
 * What is said before the packages are downloaded, which takes a while and shows nothing where there is no terminal; `undefined` where
 * ONNX Runtime, which is most of them, is there.
 */
export function downloadNotice({ library }: Packages): string | undefined {
  try {
    Deno.statSync(library);
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return "the first call downloads ONNX Runtime and other packages: about 125 MB, which take 340 MB on the disk";
    }
    throw error;
  }
}
