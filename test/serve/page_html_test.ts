import { assertEquals } from "@std/assert";
import { PAGE_HTML } from "../../src/serve/page_html.ts";
import { TEXT_PAGE_HTML } from "../../src/serve/text_page_html.ts";

/** What is the same in both languages: code, the sentence to begin with, the run's name, and what is there twice without the script. */
const UNTRANSLATED = /<(code|pre|textarea|noscript|h1)\b.*?<\/\1>/gs;

for (
  const [name, html, least] of [["the page", PAGE_HTML, 15], [
    "the page of free texts",
    TEXT_PAGE_HTML,
    6,
  ]] as const
) {
  Deno.test(`every text of ${name} has its Chinese form`, () => {
    const chinese: string[] = [];
    const left = html.replace(/<head>.*<\/head>/s, "").replaceAll(UNTRANSLATED, "")
      .replaceAll(/<span data-en="[^"]*" data-zh="([^"]*)">[^<]*<\/span>/g, (_, zh) => {
        chinese.push(zh);
        return "";
      });
    assertEquals(left.replaceAll(/<[^>]*>/g, "").match(/\p{L}+/gu), null);
    assertEquals(chinese.length > least, true);
    assertEquals(chinese.filter((text) => !/\p{Script=Han}/u.test(text)), ["English"]);
  });
}
