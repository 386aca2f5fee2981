import { assertEquals } from "@std/assert";
import { reportUnawaited } from "../../src/base/unawaited.ts";

Deno.test("a rejection that nothing awaits is a line, and does not end the program", async () => {
  const lines: string[] = [];
  using _ = reportUnawaited((line) => lines.push(line));
  void Promise.reject(new Error("a.parquet is damaged"));
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(lines, ["warning: work that nothing waited for failed: a.parquet is damaged"]);
});
