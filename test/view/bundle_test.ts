import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import project from "../../deno.json" with { type: "json" };
import { inFolder } from "../commands/softprompt.ts";
import { ROOT } from "../shared.ts";

Deno.test("the page's script is what its modules are bundled into: else `deno task page` makes it again", () =>
  inFolder(async (folder) => {
    const made: string = join(folder, "page.js");
    const [, ...args] = project.tasks.page.split(" ");
    const { code, stderr } = await new Deno.Command(Deno.execPath(), { args: [...args, made], cwd: ROOT })
      .output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    const isSame = await Deno.readTextFile(made) ===
      await Deno.readTextFile(join(ROOT, "src/view/page.js"));
    assertEquals(isSame, true, "src/view/page.js is of other modules: run `deno task page`");
  }));
