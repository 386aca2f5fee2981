import { assertEquals } from "@std/assert";

Deno.test("a rejection that nothing awaits is a line, and does not end the program", async () => {
  // In a process of its own: the test runner counts each rejection as a failure of its own.
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--quiet",
      `import { reportUnawaited } from ${JSON.stringify(import.meta.resolve("../../src/base/unawaited.ts"))};
       reportUnawaited(console.log);
       void Promise.reject(new Error("a.parquet is damaged"));
       await new Promise((resolve) => setTimeout(resolve));
       console.log("goes on");`,
    ],
  }).output();
  const lines = new TextDecoder().decode(stdout).trim().split("\n");
  assertEquals(new TextDecoder().decode(stderr), "");
  assertEquals(lines, ["warning: work that nothing waited for failed: a.parquet is damaged", "goes on"]);
  assertEquals(code, 0);
});
