import project from "../deno.json" with { type: "json" };

/** The version of Deno that the package brings and the documents name. */
export const DENO = "2.9.6";

/** The oldest Node that the launcher and the module for programs run on. */
export const NODE = "20.19.0";

/** The systems that npm has Deno's program for, as npm's package `deno` lists them. */
const SYSTEMS = [
  "darwin-arm64",
  "darwin-x64",
  "linux-arm64-glibc",
  "linux-x64-glibc",
  "win32-arm64",
  "win32-x64",
];

/** A module that programs import. */
interface ModuleExport {
  /** What it is imported as, from the package's name on. */
  readonly specifier: string;
  /** The name of its file in the bundles. */
  readonly name: string;
  /** Its path in the project, in `src`. */
  readonly source: string;
}

/** The modules that programs import: those that `deno.json` exports. */
export const MODULE_EXPORTS: readonly ModuleExport[] = Object.entries(project.exports)
  .map(([specifier, path]) => ({
    specifier,
    name: specifier === "." ? "mod" : specifier.slice("./".length),
    source: path.slice("./".length),
  }));

/** Where a module is for those who import it, with its types. */
function exported({ name, source }: ModuleExport): Readonly<Record<string, string>> {
  return {
    types: `./dist/types/${source.replace(/^src\//, "").replace(/\.ts$/, ".d.ts")}`,
    deno: `./dist/deno/${name}.js`,
    default: `./dist/node/${name}.js`,
  };
}

/** What the package says of itself. */
interface Manifest extends Readonly<Record<string, unknown>> {
  readonly name: string;
  readonly version: string;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

/**
 * The package's `package.json`. It depends on Deno's program alone, in an exact version: one of these packages is for the system, and
 * none has a script that is run when it is installed. All else is in the package.
 */
export function manifest(): Manifest {
  return {
    name: "softprompt",
    version: project.version,
    description: "Prompt tuning from experiment files: a frozen language model, a soft prompt, ONNX Runtime",
    keywords: ["prompt tuning", "soft prompt", "onnx", "language model", "deno"],
    license: project.license,
    type: "module",
    bin: { softprompt: "bin/softprompt.cjs" },
    exports: {
      ...Object.fromEntries(MODULE_EXPORTS.map((one) => [one.specifier, exported(one)])),
      "./schema.json": "./schema.json",
      "./package.json": "./package.json",
    },
    engines: { node: `>=${NODE}` },
    optionalDependencies: Object.fromEntries(SYSTEMS.map((system) => [`@deno/${system}`, DENO])),
    files: [
      "bin",
      "dist",
      "src",
      "data",
      "templates",
      "schema.json",
      "CHANGELOG.md",
      "SECURITY.md",
      "LICENSES.txt",
    ],
  };
}
