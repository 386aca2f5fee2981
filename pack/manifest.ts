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
      ".": { types: "./dist/types/mod.d.ts", deno: "./dist/deno/mod.js", default: "./dist/node/mod.js" },
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
