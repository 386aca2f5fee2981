import { assertEquals, assertThrows } from "@std/assert";
import { homedir } from "node:os";
import { InputError } from "../../src/base/errors.ts";
import { permissionFlags, type Permissions } from "../../src/launcher/permissions.ts";

const NONE: Permissions = { read: [], write: [], ffi: [], run: [], net: [], env: [], sys: [] };

Deno.test("what is granted is named, what is not has no flag, and nobody is asked", () => {
  assertEquals(permissionFlags({ ...NONE, read: ["/a", "/b c", "/a"], net: ["[::1]:80"] }), [
    "--no-prompt",
    "--ignore-env",
    "--allow-read=/a,/b c",
    "--allow-net=[::1]:80",
  ]);
});

Deno.test("of a path with a comma, the nearest folder without one is read: nothing else is granted by its parts", () => {
  const flags = permissionFlags({ ...NONE, read: ["/p/results/x/length=5,seed=0", "/p/a,b/c"] });
  assertEquals(flags.at(-1), "--allow-read=/p/results/x,/p");
});

Deno.test("a path with a comma is not written, and not read where that would open the home folder", () => {
  for (
    const [kind, path] of [["write", "/data,/etc"], ["ffi", "/data,/etc"], [
      "read",
      `${homedir()}/a,b`,
    ]] as const
  ) {
    assertThrows(
      () => permissionFlags({ ...NONE, [kind]: ["/x", path] }),
      InputError,
      `${path} has a comma`,
    );
  }
});
