import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import project from "../../deno.json" with { type: "json" };
import { ROOT } from "../shared.ts";

Deno.test("what test:unit leaves out is there", async () => {
  const [, list = ""] = /--ignore=(\S+)/.exec(project.tasks["test:unit"]) ?? [];
  const paths = list.split(",");
  assert(paths.length > 1, "test:unit leaves nothing out");
  const absent: string[] = [];
  for (const path of paths) {
    await Deno.stat(join(ROOT, path)).catch(() => absent.push(path));
  }
  assertEquals(absent, []);
});
