import { assertEquals } from "@std/assert";
import { GOLDEN, goldenFile, goldenText } from "./golden.ts";

for (const golden of GOLDEN) {
  Deno.test(`the step of ${golden.name} is the one in its golden file`, async () => {
    const expected = await Deno.readTextFile(goldenFile(golden.name));
    assertEquals(
      (await goldenText(golden)).split("\n"),
      expected.replaceAll("\r\n", "\n").split("\n"),
      "if the change is meant, write it with `deno task golden` and look at the files' diff",
    );
  });
}

Deno.test("each golden file is that of a step", async () => {
  const files = await Array.fromAsync(Deno.readDir(new URL(".", import.meta.url)));
  assertEquals(
    files.map(({ name }) => name).filter((name) => name.endsWith(".txt")).sort(),
    GOLDEN.map(({ name }) => `${name}.txt`).sort(),
  );
});
