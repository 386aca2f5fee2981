import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { ROOT } from "../shared.ts";

Deno.test("the table of the rooms has every folder of src, and so has the picture", async () => {
  const entries = await Array.fromAsync(Deno.readDir(join(ROOT, "src")));
  const rooms = entries.filter(({ isDirectory }) => isDirectory).map(({ name }) => name).sort();
  const page = await Deno.readTextFile(join(ROOT, "docs/architecture.md"));
  const named = [...page.matchAll(/\]\(\.\.\/src\/(\w+)\)/g)].map(([, name]) => name);
  assertEquals(rooms.filter((room) => !named.includes(room)), [], "not in the table");
  const picture = await Deno.readTextFile(join(ROOT, "docs/architecture.svg"));
  const drawn = [...picture.matchAll(/font-weight="600">(\w+)</g)].map(([, name]) => name);
  assertEquals(rooms.filter((room) => !drawn.includes(room)), [], "not in the picture");
});
