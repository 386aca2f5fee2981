import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { planSound } from "../../src/batch/plan.ts";
import { inFolder } from "../commands/softprompt.ts";

Deno.test("files that are not YAML, or share a folder with another, do not affect the others", () =>
  inFolder(async (folder) => {
    const written = (name: string, start: string) =>
      Deno.writeTextFile(
        join(folder, name),
        `${start}
model: { source: m }
dataset: { name: rt-polarity }
prompt: { kind: hard, template: "{text} it was {mask} ." }
verbalizer: { negative: [bad], positive: [good] }
`,
      );
    await written("1.yaml", "name: one");
    await written("2.yaml", "name: *two");
    await written("3.yaml", "name: ONE");
    await written("4.yaml", "name: four");
    const { runs, problems } = await planSound([folder], "results");
    assertEquals(runs.map(({ title }) => title), ["one", "four"]);
    assertEquals(problems.length, 2);
    assertStringIncludes(problems[0]!.text, "2.yaml:1:7: '*two' is an alias in YAML");
    assertStringIncludes(problems[1]!.text, "('one') and ");
    assertStringIncludes(problems[1]!.text, "('ONE') differ in capitals alone");
  }));
