import { dirname, join } from "@std/path";
import { bundle } from "./bundle.ts";
import { writeDeclarations } from "./declarations.ts";
import { filesIn } from "./files_in.ts";
import { install } from "./installed.ts";
import { copyKept } from "./kept_packages.ts";
import { licensesOf } from "./licenses.ts";
import { manifest, MODULE_EXPORTS } from "./manifest.ts";
import { bundleForNode } from "./node_bundle.ts";
import { bundlePage } from "./page_bundle.ts";

/** The modules that Deno is started with. */
const PROGRAMS = {
  launch: "src/launch.ts",
  main: "src/main.ts",
  worker: "src/batch/worker.ts",
};

/** What programs import. */
const MODULES = Object.fromEntries(MODULE_EXPORTS.map(({ name, source }) => [name, source]));

/** Of the folder `data`, what the repository has. */
const OWN_DATA = /^(?:models\/reviews-mlm-mini|questions-demo|reviews-demo)\//;

/** What a package is made for. */
export interface PackageOptions {
  /** The systems that it brings ONNX Runtime for, as Node names them (`linux/x64`); all by default. */
  readonly systems?: readonly string[];
}

/**
 * Writes the npm package: all that it needs to run but Deno's program.
 *
 * @param root the project's folder
 * @param folder is replaced
 * @param scratch takes the packages while they are read
 */
export async function writePackage(
  root: string,
  folder: string,
  scratch: string,
  { systems }: PackageOptions = {},
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const installed = await install(root, scratch);
  const programs = await bundle({
    root,
    entries: { ...PROGRAMS, ...MODULES },
    out: join(folder, "dist/deno"),
    installed,
  });
  const modules = await bundleForNode({
    root,
    entries: MODULES,
    out: join(folder, "dist/node"),
    installed,
  });
  // The scripts of the page of `view` come with the sources: this tells whose licenses they need.
  const page = await bundlePage(root, join(scratch, "page"), installed);
  const typed = Object.values(MODULES).map((source) => source.replace(/^src\//, ""));
  await writeDeclarations(root, typed, join(folder, "dist/types"));
  await copyKept(join(installed.folder, "node_modules"), join(folder, "dist/packages"), systems);
  await copied(join(root, "src"), join(folder, "src"), () => true);
  await copied(join(root, "data"), join(folder, "data"), (path) => OWN_DATA.test(path));
  await copied(join(root, "templates"), join(folder, "templates"), () => true);
  await copied(join(root, "pack/bin"), join(folder, "bin"), () => true);
  for (const name of ["README.md", "CHANGELOG.md", "SECURITY.md", "LICENSE"]) {
    await Deno.copyFile(join(root, name), join(folder, name));
  }
  await Deno.copyFile(join(root, "src/experiment/schema.json"), join(folder, "schema.json"));
  await Deno.writeTextFile(join(folder, "LICENSES.txt"), await licensesOf([programs, modules, page], root));
  await Deno.writeTextFile(join(folder, "package.json"), `${JSON.stringify(manifest(), null, 2)}\n`);
}

async function copied(from: string, to: string, isWanted: (path: string) => boolean): Promise<void> {
  for (const path of (await filesIn(from)).filter(isWanted)) {
    await Deno.mkdir(dirname(join(to, path)), { recursive: true });
    await Deno.copyFile(join(from, path), join(to, path));
  }
}
