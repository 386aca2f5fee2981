import { assertEquals } from "@std/assert";
import { schemaPage } from "../../src/experiment/schema_page.ts";
import { EXPERIMENT_SCHEMA } from "../../src/experiment/schema_part.ts";

/** The words of a document, whatever its formatter makes of lines and tables. */
function words(text: string): string {
  return text.replaceAll(/[\s|-]+/g, " ").trim();
}

Deno.test("the page on keys is what the schema says: deno task keys", async () => {
  assertEquals(words(await Deno.readTextFile("docs/experiment-file.md")), words(schemaPage()));
});

Deno.test("every key says what it is for", () => {
  type Part = Record<string, unknown>;
  const silent: string[] = [];
  const walk = (part: Part, path: string) => {
    for (const [name, inner] of Object.entries((part.properties ?? {}) as Record<string, Part>)) {
      if (typeof inner.description !== "string") silent.push(`${path}${name}`);
      for (const one of [inner, inner.else, inner.items]) {
        if (typeof one === "object" && one !== null) walk(one as Part, `${path}${name}.`);
      }
    }
  };
  walk({ ...EXPERIMENT_SCHEMA }, "");
  assertEquals(silent, []);
});
