import { assertEquals } from "@std/assert";
import { isAbsent } from "../../src/disk/is_absent.ts";

Deno.test("a path that leads to nothing is distinguished from one that cannot be read", async () => {
  for (const path of ["none", "deno.json/x", "x".repeat(300), "a\0b"]) {
    assertEquals(await Deno.stat(path).catch(isAbsent), true, JSON.stringify(path).slice(0, 20));
  }
  assertEquals(isAbsent(new Deno.errors.PermissionDenied("denied")), false);
});
