import { assertEquals } from "@std/assert";
import { generatedModules } from "../src/generate_types.ts";

/** A module without what a formatter adds: blanks, commas at ends, bars before a union's first type. */
function bare(code: string): string {
  return code.replaceAll(/\s+/g, "").replaceAll(/,(?=[}\])])/g, "").replaceAll(/(?<=[:=<])\|/g, "");
}

for (const [path, text] of Object.entries(generatedModules())) {
  Deno.test(`${path} is what its schema says: deno task keys`, async () => {
    const own = await Deno.readTextFile(path);
    // Checks are not formatted, as they are many.
    if (path.endsWith(".js")) assertEquals(own, text);
    else assertEquals(bare(own), bare(text));
  });
}
