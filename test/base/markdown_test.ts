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

Deno.test("a text mentions nobody, no issue and no address, and shows no picture, as GitHub would have it", () => {
  for (
    const [text, shown] of [
      [
        "@octocat and @a-team/b: me@example.org",
        "@&#8203;octocat and @&#8203;a-team/b: me@&#8203;example.org",
      ],
      ["fixes #12, GH-7, owner/name#3", "fixes \\#&#8203;12, GH-&#8203;7, owner/name\\#&#8203;3"],
      ["https://evil.example, www.evil.example", "https:&#8203;//evil.example, www&#8203;.evil.example"],
      ["good:+1: :non-potable_water:", "good:&#8203;+1: :&#8203;non-potable\\_water:"],
      ["a @ b, # c, 1://2, a: b:", "a @ b, \\# c, 1://2, a: b:"],
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
