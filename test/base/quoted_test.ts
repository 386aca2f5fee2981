import { assertEquals } from "@std/assert";
import { quoted } from "../../src/base/quoted.ts";

Deno.test("a path is one word of a shell, and none that a command takes for a flag", () => {
  for (
    const [path, word] of [
      ["results/a", "results/a"],
      ["a b", "'a b'"],
      ["it's", "'it'\\''s'"],
      ["~", "'~'"],
      ["-dash", "./-dash"],
      ["- a", "'./- a'"],
    ] as const
  ) assertEquals(quoted(path), word);
});
