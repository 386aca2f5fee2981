import { assertEquals } from "@std/assert";
import { homedir } from "node:os";
import { nameRuntimeFolder } from "../../src/device/runtime_folder.ts";

const MODULE = new URL("../../src/device/runtime_folder.ts", import.meta.url);

/** What the variable is after the call, in a process that starts with this value of it. */
async function namedFrom(value: string): Promise<string> {
  const code = `import { nameRuntimeFolder } from "${MODULE}";
    nameRuntimeFolder();
    console.log(Deno.env.get("XDG_RUNTIME_DIR"));`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    env: { XDG_RUNTIME_DIR: value },
    stderr: "inherit",
  }).output();
  return new TextDecoder().decode(stdout).trimEnd();
}

Deno.test({
  name: "a runtime folder is named where there is none, and left as it is where there is one",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    assertEquals(await Promise.all(["", "/run/user/1000"].map(namedFrom)), [homedir(), "/run/user/1000"]);
  },
});

Deno.test({
  name: "without permission for the environment no runtime folder is named",
  permissions: { env: false },
  fn: () => nameRuntimeFolder(),
});
