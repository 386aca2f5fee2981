import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { findFiles, isTestFile } from "./test_files.ts";
import { ROOT } from "./shared.ts";

Deno.test("files are found in folders and by their own paths, each once, but for those that are ignored", async () => {
  const all = await findFiles(["test/device/", "test/device/devices_test.ts", join(ROOT, "deno.json")]);
  assertEquals(all.filter((path) => path === "test/device/devices_test.ts").length, 1);
  assertEquals(all.filter((path) => !path.startsWith("test/device/")), ["deno.json"]);
  const some = await findFiles(["test/device"], ["./test/device/replay/", "test/device/devices_test.ts"]);
  assertEquals(
    some.toSorted(),
    all.filter((path) => !/replay\/|devices_test|json/.test(path)).toSorted(),
  );
  await assertRejects(() => findFiles(["test/absent_test.ts"]), Deno.errors.NotFound);
});

Deno.test("files with tests are recognized as Deno does", () => {
  const named = ["test.ts", "a_test.ts", "a.test.js", "b/a_test.mts", "b/test.tsx"];
  assertEquals(
    [...named, "latest.ts", "b/contest.ts", "a_test.json", "test/a.ts", "a_tests.ts"].filter(isTestFile),
    named,
  );
});
