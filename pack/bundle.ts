import { dirname, join, relative } from "@std/path";
import { ADDRESSED } from "../src/base/package_address.ts";
import { build, type Metafile, type Plugin } from "esbuild";
import type { Installed } from "./installed.ts";
import { isImportedFromBeside, keptPath, packageOf } from "./kept_packages.ts";

/** Where the packages that stay are, from the folder of a bundle. */
const BESIDE = "../packages";

/** A bundle of some of the project's modules. */
export interface Bundle {
  /** The project's folder. */
  readonly root: string;
  /** The modules that are called, by the names of their files in the bundle: `main` for `src/main.ts`. */
  readonly entries: Readonly<Record<string, string>>;
  /** The folder that it goes into. The package's own folder is two above. */
  readonly out: string;
  readonly installed: Installed;
  /** What each file of the bundle begins with. */
  readonly beginning?: string;
  /** Changes the text of the project's modules. */
  readonly transform?: (source: string) => string;
}

/**
 * Puts modules and the packages that they import into plain JavaScript, whose imports are all by relative paths: nothing has to be
 * found by a name when it runs.
 */
export async function bundle(
  { root, entries, out, installed, beginning = "", transform }: Bundle,
): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, join(root, path)])),
    outdir: out,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    chunkNames: "[name]-[hash]",
    // What is read in an error's stack, and names of errors.
    keepNames: true,
    legalComments: "none",
    logLevel: "error",
    // Something that a module does not have.
    logOverride: { "import-is-undefined": "error" },
    banner: {
      js:
        `${beginning}import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);`,
    },
    metafile: true,
    absWorkingDir: root,
    plugins: [packages(installed), ownModules(root, entries, installed, transform)],
  });
  return metafile;
}

/** Finds packages where they are installed; those that stay, from where the bundle will be. */
export function packages({ folder, pathOf }: Installed): Plugin {
  return {
    name: "packages",
    setup: ({ onResolve, resolve }) => {
      onResolve({ filter: /^[^./]/ }, async ({ path: specifier, kind, pluginData }) => {
        const path = pluginData === FOUND ? undefined : pathOf(specifier);
        if (path === undefined) return undefined;
        const found = await resolve(path, { kind, resolveDir: folder, pluginData: FOUND });
        if (!isImportedFromBeside(packageOf(path))) return found;
        return { path: fromBeside(found.path, folder), external: true };
      });
    },
  };
}

/**
 * A module with ordinary imports in place of deferred ones (`import defer`), which esbuild cannot bundle. What is in a bundle takes little
 * time to load.
 */
export function undeferred(source: string): string {
  return source.replaceAll(/^import defer /gm, "import ");
}

/** Marks what has been found in the import map: it is a path in `node_modules`. */
const FOUND = Symbol("found");

/** The address from a bundle of a file in a package that stays. */
function fromBeside(path: string, folder: string): string {
  const [, inPackage = ""] = /(?:^|.*\/)node_modules\/(.*)$/.exec(path.replaceAll("\\", "/")) ?? [];
  if (inPackage === "") throw new Error(`${path} is in no package of ${folder}`);
  return `${BESIDE}/${keptPath(inPackage)}`;
}

/** Gives modules the addresses that they ask for: of packages, of modules that are started, and of the project's files. */
function ownModules(
  root: string,
  entries: Bundle["entries"],
  { folder, pathOf }: Installed,
  transform: (source: string) => string = (source) => source,
): Plugin {
  const started = new Map(Object.entries(entries).map(([name, path]) => [join(root, path), name]));
  return {
    name: "own modules",
    setup: ({ onLoad, resolve }) => {
      onLoad({ filter: /[\\/]src[\\/]base[\\/]package_address\.ts$/ }, async () => {
        const places: Record<string, string> = {};
        for (const name of ADDRESSED) {
          const found = await resolve(pathOf(name) ?? name, {
            kind: "import-statement",
            resolveDir: folder,
            pluginData: FOUND,
          });
          if (found.errors.length > 0) return { errors: found.errors };
          places[name] = fromBeside(found.path, folder);
        }
        return { contents: addressModule(places), loader: "js" };
      });
      onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
        const source = await Deno.readTextFile(path);
        const own = relative(root, path).replaceAll("\\", "/");
        const contents = source.replaceAll(/new URL\((.+?), import\.meta\.url\)/g, (_, what: string) => {
          const name = started.get(join(dirname(path), what.slice(1, -1)));
          return name === undefined
            ? `new URL(${what}, new URL("../../${own}", import.meta.url))`
            : `new URL("./${name}.js", import.meta.url)`;
        });
        return { contents: undeferred(transform(contents)), loader: "ts" };
      });
    },
  };
}

/** The module that takes the place of `package_address.ts`. */
function addressModule(places: Readonly<Record<string, string>>): string {
  return `const PLACES = ${JSON.stringify(places)};
export const packageAddress = (name) => new URL(PLACES[name], import.meta.url).href;
export const loadedPackageAddress = (name) => Promise.resolve(packageAddress(name));
`;
}
