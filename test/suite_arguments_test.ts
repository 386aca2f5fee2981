import { assertEquals } from "@std/assert";
import { parseSuiteArguments } from "./suite_arguments.ts";

Deno.test("paths are told from options and their values, which are passed on", () => {
  const args = ["--filter", "test", "test/a_test.ts", "--ignore=test/b,test/c", "--fail-fast=3", "-q", "src"];
  assertEquals(parseSuiteArguments(args), {
    isQuick: false,
    paths: ["test/a_test.ts", "src"],
    ignored: ["test/b", "test/c"],
    options: ["--filter=test", "--ignore=test/b,test/c", "--fail-fast=3", "-q"],
  });
});

Deno.test("without arguments nothing is passed on, and --quick is the suite's own", () => {
  const none = { isQuick: false, paths: [], ignored: [], options: [] };
  assertEquals(parseSuiteArguments([]), none);
  assertEquals(parseSuiteArguments(["--quick"]), { ...none, isQuick: true });
});
