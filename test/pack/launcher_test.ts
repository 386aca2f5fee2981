import { assertEquals, assertMatch } from "@std/assert";
import { dirname, join } from "@std/path";
import { manifest } from "../../pack/manifest.ts";
import { inFolder } from "../commands/softprompt.ts";
import { ROOT } from "../shared.ts";
import { DENO_PACKAGE } from "./deno_package.ts";
import { nodeTest } from "./needs_node.ts";

/** Calls what npm calls, in a package that says this of itself, beside these files. */
async function called(
  changes: Readonly<Record<string, unknown>>,
  files: Readonly<Record<string, string>> = {},
): Promise<readonly [code: number, stderr: string]> {
  let ended: readonly [number, string] = [-1, ""];
  await inFolder(async (folder) => {
    const own = join(folder, "node_modules/softprompt");
    await Deno.mkdir(join(own, "bin"), { recursive: true });
    for (const name of ["softprompt.cjs", "checked_node.cjs"]) {
      await Deno.copyFile(join(ROOT, "pack/bin", name), join(own, "bin", name));
    }
    await Deno.writeTextFile(join(own, "package.json"), JSON.stringify({ ...manifest(), ...changes }));
    for (const [path, content] of Object.entries(files)) {
      await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
      await Deno.writeTextFile(join(folder, path), content);
    }
    const { code, stderr } = await new Deno.Command("node", {
      args: [join(own, "bin/softprompt.cjs"), "run"],
    })
      .output();
    ended = [code, new TextDecoder().decode(stderr)];
  });
  return ended;
}

nodeTest("an old Node is refused by name", async () => {
  const [code, stderr] = await called({ engines: { node: ">=99.1.0" } });
  assertEquals(code, 2);
  assertMatch(
    stderr,
    /^error: this is Node \d+\.\d+\.\d+, and softprompt needs 99\.1\.0 or newer: install .*\n$/,
  );
});

nodeTest("a system without Deno is named, with those that have it", async () => {
  const [code, stderr] = await called({ optionalDependencies: { "@deno/plan9-x64": "2.9.6" } });
  assertEquals(code, 2);
  assertMatch(stderr, /^error: there is no Deno for this system \(\w+ \w+\): use one of plan9-x64\n$/);
});

nodeTest("a package of Deno that was not installed is named", async () => {
  const [code, stderr] = await called({});
  assertEquals(code, 2);
  assertEquals(stderr.startsWith(`error: ${DENO_PACKAGE} `), true, stderr);
  assertMatch(stderr, /is not installed, .*\(npm install --include=optional softprompt@/);
});

nodeTest("a package of Deno without its program is named", async () => {
  const about = JSON.stringify({ name: DENO_PACKAGE, version: "2.9.6" });
  const [code, stderr] = await called({}, { [`node_modules/${DENO_PACKAGE}/package.json`]: about });
  assertEquals(code, 2);
  assertMatch(
    stderr,
    /^error: .* is not installed whole \(there is no .*\), .*npm install --include=optional/,
  );
});

nodeTest("the exit code of what is started is passed on", async () => {
  const program = `node_modules/${DENO_PACKAGE}/deno`;
  const about = JSON.stringify({ name: DENO_PACKAGE, version: "2.9.6" });
  const files = { [program]: "#!/bin/sh\nexit 7\n", [`node_modules/${DENO_PACKAGE}/package.json`]: about };
  assertEquals(await called({}, files), [7, ""]);
});
