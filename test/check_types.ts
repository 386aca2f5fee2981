/**
 * Type-checks files and folders with unused locals, private members and types refused as well:
 *
 *   deno run test/check_types.ts src test
 *
 * `deno.json` cannot ask for that, as the examples in documentation, which `deno test --doc` checks with the same options, declare
 * what they do not use.
 *
 * @module
 */
import { join } from "@std/path";
import project from "../deno.json" with { type: "json" };

const root = new URL("../", import.meta.url);
const imports = Object.entries<string>(project.imports)
  .map(([name, target]) => [name, target.startsWith("./") ? new URL(target, root).href : target]);
const folder = await Deno.makeTempDir();
const config: string = join(folder, "deno.json");
await Deno.writeTextFile(
  config,
  JSON.stringify({
    imports: Object.fromEntries(imports),
    compilerOptions: { ...project.compilerOptions, noUnusedLocals: true },
    nodeModulesDir: project.nodeModulesDir,
  }),
);
await Deno.copyFile(new URL("deno.lock", root), join(folder, "deno.lock"));
const { code } = await new Deno.Command(Deno.execPath(), {
  args: ["check", "--quiet", `--config=${config}`, ...Deno.args],
  stdout: "inherit",
  stderr: "inherit",
}).output();
await Deno.remove(folder, { recursive: true });
Deno.exit(code);
