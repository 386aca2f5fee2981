import { assertEquals } from "@std/assert";
import { markdownCode, markdownTable, markdownText } from "../../src/base/markdown.ts";

Deno.test("every character that Markdown could read otherwise is escaped, and lines stay lines", () => {
  for (
    const [text, shown] of [
      ["a fine film , really .", "a fine film , really ."],
      ["a | b\n## c\r\n</details><img src=x>", "a \\| b \\#\\# c \\</details\\>\\<img src=x\\>"],
      [
        "*a* _b_ `c` ~~d~~ [e](javascript:f) ![g](h)",
        "\\*a\\* \\_b\\_ \\`c\\` \\~\\~d\\~\\~ \\[e\\](javascript:f) \\!\\[g\\](h)",
      ],
      ["&lt; \\| $x$", "\\&lt; \\\\\\| \\$x\\$"],
      ["\x1b[2J\u202e", "\\\\u001b\\[2J\\\\u202e"],
    ] as const
  ) assertEquals(markdownText(text), shown);
});

Deno.test("code is fenced by more backticks than it holds", () => {
  for (
    const [text, shown] of [
      ["results/a", "`results/a`"],
      ["a`b", "``a`b``"],
      ["`a``", "``` `a`` ```"],
      [" a ", "`  a  `"],
      ["a\n# b", "`a\\n# b`"],
    ] as const
  ) assertEquals(markdownCode(text), shown);
});

Deno.test("a table has a line for each row", () => {
  assertEquals(markdownTable(["a", "b"], [["1", "2"]]), ["| a | b |", "| --- | --- |", "| 1 | 2 |"]);
});
