import { join } from "@std/path";
import project from "../deno.json" with { type: "json" };
import { filesIn } from "./files_in.ts";
import { KEPT_NAMES } from "./kept_packages.ts";

/** The packages that the program imports, in a folder of their own. */
export interface Installed {
  /** The folder that contains `node_modules`. */
  readonly folder: string;
  /** Where the import map leads, as a path in `node_modules`; `undefined` for what is in no package. */
  readonly pathOf: (specifier: string) => string | undefined;
}

const IMPORTS: Readonly<Record<string, string>> = project.imports;

/**
 * Installs what the sources in `src` import, in the versions of `deno.lock`, from Deno's cache.
 *
 * @param root the project's folder
 * @param folder takes them
 * @throws {Error} with Deno's own words where they cannot be installed
 */
export async function install(root: string, folder: string): Promise<Installed> {
  const specifiers: string[] = [...KEPT_NAMES];
  for (const path of await filesIn(join(root, "src"))) {
    if (!/\.tsx?$/.test(path)) continue;
    const source = await Deno.readTextFile(join(root, "src", path));
    specifiers.push(...[...source.matchAll(/(?:from|import|import\() ?"([^"]+)"/g)].map(([, name]) => name!));
  }
  const imports = Object.fromEntries(
    [...new Set(specifiers.map(entryOf))].flatMap((key) =>
      key === undefined || !IMPORTS[key]!.startsWith("npm:") ? [] : [[key, IMPORTS[key]]]
    ),
  );
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(join(folder, "deno.json"), JSON.stringify({ imports, nodeModulesDir: "auto" }));
  await Deno.copyFile(join(root, "deno.lock"), join(folder, "deno.lock"));
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet"],
    cwd: folder,
  }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  return { folder, pathOf };
}

/** The entry of the import map that a specifier is in: its own, or that of its package. */
function entryOf(specifier: string): string | undefined {
  return Object.keys(IMPORTS)
    .filter((key) => specifier === key || specifier.startsWith(`${key}/`))
    .sort((a, b) => b.length - a.length)[0];
}

function pathOf(specifier: string): string | undefined {
  const key = entryOf(specifier);
  const [, name, path = ""] = /^npm:((?:@[^/]+\/)?[^@/]+)@[^/]+(\/.*)?$/.exec(IMPORTS[key ?? ""] ?? "") ?? [];
  return key === undefined || name === undefined ? undefined : `${name}${path}${specifier.slice(key.length)}`;
}
