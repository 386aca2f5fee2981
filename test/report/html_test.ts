import { assertEquals } from "@std/assert";
import { htmlOf, keyPath, link, table } from "../../src/report/html.ts";

Deno.test("a link leads to a file at a relative path, whatever the path looks like", () => {
  const href = (path: string) => /href="([^"]*)"/.exec(link(path, "x").html)![1];
  assertEquals(href("javascript:alert(1)//x/report.html"), "./javascript%3Aalert(1)/x/report.html");
  assertEquals(href("//evil.example/report.html"), "./evil.example/report.html");
  assertEquals(href("../other/a b?c#d\"'<.html"), "./../other/a%20b%3Fc%23d%22&#39;%3C.html");
  assertEquals(href("\ud800/\\x"), "./%EF%BF%BD/%5Cx");
  const base = new URL("https://example.org/results/summary.html");
  for (const path of ["data:text/html,x", "https://evil.example", "seed=0/report.html"]) {
    assertEquals(new URL(href(path)!, base).origin, base.origin);
  }
});

Deno.test("texts in a page are shown as themselves", () => {
  const text = "</td><script>alert(1)</script>\x1b[31m\u202e";
  const shown = "&lt;/td&gt;&lt;script&gt;alert(1)&lt;/script&gt;\\u001b[31m\\u202e";
  assertEquals(htmlOf(text), shown);
  assertEquals(table([text], [[text]]).html.includes("<script>"), false);
});

Deno.test("the path of a key may break after its dots", () => {
  assertEquals(keyPath("training.optimizer.<name>").html, "training.<wbr>optimizer.<wbr>&lt;name&gt;");
});
