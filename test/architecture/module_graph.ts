import { dirname, join } from "@std/path";
import { memoize } from "../../src/base/memoize.ts";
import { ROOT } from "../shared.ts";

/** What a module imports. */
interface Imports {
  /** Specifiers as they are written: types, `export … from`, dynamic imports and modules of workers count. */
  readonly specifiers: readonly string[];
  /** Those that are loaded with the module: no types, and nothing that is run when it is first needed. */
  readonly loaded: readonly string[];
  /** The dynamic imports whose specifier is no literal, as they are written. */
  readonly computed: readonly string[];
}

/** What a source text imports, from its syntax tree. @param path by whose extension it is read as TypeScript, or with elements of a page */
export function importsIn(source: string, path = "x.ts"): Imports {
  const specifiers: string[] = [];
  const loaded: string[] = [];
  const computed: string[] = [];
  const take = (node: Deno.lint.Node | null | undefined) => {
    if (node?.type === "Literal" && typeof node.value === "string") specifiers.push(node.value);
    else if (node) computed.push(source.slice(...node.range));
  };
  const takeKind = (node: Deno.lint.StringLiteral | null, kind: "type" | "value") => {
    take(node);
    if (node !== null && kind === "value") loaded.push(node.value);
  };
  const collect: Deno.lint.LintVisitor = {
    ImportDeclaration: (node) => {
      const isDeferred = source.startsWith("import defer ", node.range[0]);
      if (isDeferred) take(node.source);
      else takeKind(node.source, node.importKind);
    },
    ExportAllDeclaration: ({ source, exportKind }) => takeKind(source, exportKind),
    ExportNamedDeclaration: ({ source, exportKind }) => takeKind(source, exportKind),
    ImportExpression: ({ source }) => take(source),
    TSImportType: ({ argument }) => take(argument.type === "TSLiteralType" ? argument.literal : argument),
    'NewExpression[callee.name="URL"]': ({ arguments: [path, base] }: Deno.lint.NewExpression) => {
      const isOfModule = base?.type === "MemberExpression" && base.object.type === "MetaProperty";
      const isModule = path?.type === "Literal" && /^\..*\.tsx?$/.test(String(path.value));
      if (isOfModule && isModule) take(path);
    },
  };
  Deno.lint.runPlugin({ name: "imports", rules: { collect: { create: () => collect } } }, path, source);
  return { specifiers, loaded, computed };
}

const { imports } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));

/** The files of the project that the import map has names for: of itself, as its users import it. */
const ALIASES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(imports).flatMap(([name, target]) =>
    String(target).startsWith("./") ? [[name, join(String(target))]] : []
  ),
);

/** The files of the project that a module of it imports, by their paths from the project's folder. */
export function filesIn(path: string, source: string): string[] {
  return importsIn(source, path).specifiers.flatMap((name) => fileNamed(name, path) ?? []);
}

function fileNamed(name: string, path: string): string | undefined {
  if (Object.hasOwn(ALIASES, name)) return ALIASES[name];
  return name.startsWith(".") ? join(dirname(path), name) : undefined;
}

/** The packages that are loaded with a module of the project, and with all that this loads, by their names; `@std` is the standard library. */
export async function packagesLoadedWith(path: string): Promise<Set<string>> {
  const packages = new Set<string>();
  const seen = new Set<string>();
  const left = [path];
  for (let at = left.pop(); at !== undefined; at = left.pop()) {
    if (seen.has(at) || at.endsWith(".json")) continue;
    seen.add(at);
    for (const name of await loadedBy(at)) {
      const file = fileNamed(name, at);
      if (file !== undefined) left.push(file);
      else if (!name.startsWith("node:")) packages.add(packageNamed(name));
    }
  }
  return packages;
}

const loaded = new Map<string, Promise<readonly string[]>>();

/** What a module of the project loads with it, as it writes it. Each is read once. */
function loadedBy(path: string): Promise<readonly string[]> {
  return memoize(
    loaded,
    path,
    async () => importsIn(await Deno.readTextFile(join(ROOT, path)), path).loaded,
  );
}

/** The package of an import: that of `@stdlib/stats-padjust` or of `hyparquet/src/column.js`. */
function packageNamed(name: string): string {
  if (name.startsWith("@std/")) return "@std";
  return name.split("/").slice(0, name.startsWith("@") ? 2 : 1).join("/");
}

/** All TypeScript in a folder of the project, by its path from the project's folder. */
export async function sourcesIn(folder: string): Promise<Map<string, string>> {
  const sources = new Map<string, string>();
  for await (const { name, isDirectory } of Deno.readDir(join(ROOT, folder))) {
    const path = `${folder}/${name}`;
    if (isDirectory) { for (const one of await sourcesIn(path)) sources.set(...one); }
    else if (/\.tsx?$/.test(name)) sources.set(path, await Deno.readTextFile(join(ROOT, path)));
  }
  return sources;
}
