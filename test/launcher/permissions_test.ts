import { assertEquals, assertThrows } from "@std/assert";
import { InputError } from "../../src/base/errors.ts";
import { permissionFlags, type Permissions } from "../../src/launcher/permissions.ts";

const NONE: Permissions = { read: [], write: [], ffi: [], net: [], env: [], sys: [] };

Deno.test("what is granted is named, what is not has no flag, and nobody is asked", () => {
  assertEquals(permissionFlags({ ...NONE, read: ["/a", "/b c", "/a"], net: ["[::1]:80"] }), [
    "--no-prompt",
    "--ignore-env",
    "--allow-read=/a,/b c",
    "--allow-net=[::1]:80",
  ]);
});

Deno.test("a path with a comma, which would grant two others, is refused", () => {
  for (const kind of ["read", "write", "ffi"] as const) {
    assertThrows(
      () => permissionFlags({ ...NONE, [kind]: ["/x", "/data,/etc"] }),
      InputError,
      "/data,/etc has a comma",
    );
  }
});
