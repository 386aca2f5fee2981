import { assertEquals } from "@std/assert";
import { homedir } from "node:os";
import { nameRuntimeFolder } from "../../src/device/runtime_folder.ts";

const NAME = "XDG_RUNTIME_DIR";

/** What the variable is after the call, and as it was again after the test. */
function namedFrom(value: string | undefined): string | undefined {
  const before = Deno.env.get(NAME),
    put = (to: string | undefined) => to === undefined ? Deno.env.delete(NAME) : Deno.env.set(NAME, to);
  put(value);
  nameRuntimeFolder();
  const after = Deno.env.get(NAME);
  put(before);
  return after;
}

Deno.test({
  name: "a runtime folder is named where there is none, and left as it is where there is one",
  ignore: Deno.build.os !== "linux",
  fn: () => {
    assertEquals([undefined, "", "/run/user/1000"].map(namedFrom), [homedir(), homedir(), "/run/user/1000"]);
  },
});

Deno.test({
  name: "without permission for the environment no runtime folder is named",
  permissions: { env: false },
  fn: () => nameRuntimeFolder(),
});
