import { assertEquals } from "@std/assert";
import { innerPath } from "../../src/base/inner_path.ts";

Deno.test("a path within a folder is given without empty parts and dots", () => {
  const inner = [
    "model.data",
    "w/model.data",
    "./model.data",
    "w//./model.data",
    "...",
    "..a/b..",
    "模型.数据",
  ];
  assertEquals(inner.map(innerPath), [
    "model.data",
    "w/model.data",
    "model.data",
    "w/model.data",
    "...",
    "..a/b..",
    "模型.数据",
  ]);
});

Deno.test("a path that may lead out of its folder is none", () => {
  const outer = [
    "..",
    "../x",
    "a/../../x",
    "a/..",
    "/etc/passwd",
    "//x",
    "C:/x",
    "c:x",
    "a\\..\\x",
    "\\x",
    "a\0b",
    "",
    ".",
    "./",
  ];
  assertEquals(outer.filter((path) => innerPath(path) !== undefined), []);
});
