import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { RIGHTS, rightsTable } from "../../src/launcher/rights.ts";
import { ROOT } from "../shared.ts";

Deno.test("SECURITY.md has the rights of every verb", async () => {
  const page = await Deno.readTextFile(join(ROOT, "SECURITY.md"));
  const [, table = ""] = /\| verb.*\|\n\|[ |-]+\|\n((?:\|.*\|\n)+)/.exec(page) ?? [];
  const rows = table.trim().split("\n").map((row) => row.slice(1, -1).split("|").map((cell) => cell.trim()));
  assertEquals(rows, rightsTable());
});

Deno.test("every task of a verb calls the launcher, which may neither write nor reach the network", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  for (const verb of Object.keys(RIGHTS)) {
    assertEquals(tasks[verb].startsWith("deno run --quiet "), true, tasks[verb]);
    assertEquals(tasks[verb].endsWith(` src/launch.ts ${verb}`), true, tasks[verb]);
    assertEquals(/--allow-(all|write|net|ffi|env(?!=))|HF_TOKEN\b(?!_PATH)/.test(tasks[verb]), false, verb);
  }
  const direct = Object.entries<string>(tasks).filter(([, command]) => command.includes("src/main.ts"));
  assertEquals(direct, []);
});

Deno.test("docs/commands.md has a row for every verb", async () => {
  const page = await Deno.readTextFile(join(ROOT, "docs/commands.md"));
  const [, table = ""] = /\| verb.*\|\n\|[ |-]+\|\n((?:\|.*\|\n)+)/.exec(page) ?? [];
  const verbs = Array.from(table.matchAll(/^\| `(.+?)`/gm), ([, verb]) => verb!);
  assertEquals(verbs.toSorted(), Object.keys(RIGHTS).toSorted());
});
