import { assertEquals } from "@std/assert";
import { isDenied } from "../../src/disk/denied.ts";
import { DiskError } from "../../src/disk/on_disk.ts";

Deno.test("a refusal is found in an error or in its cause, and a full disk is none", () => {
  const coded = (code: string) => Object.assign(new Error("x"), { code });
  const denials = [
    new Deno.errors.PermissionDenied("x"),
    coded("EROFS"),
    new DiskError("x", { cause: coded("EPERM") }),
  ];
  assertEquals(denials.map(isDenied), [true, true, true]);
  const others = [new DiskError("x", { cause: coded("ENOSPC") }), new Error("x"), "x", undefined];
  assertEquals(others.map(isDenied), [false, false, false, false]);
});
