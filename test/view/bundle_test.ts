import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { PAGE_SCRIPTS } from "../../pack/page_bundle.ts";
import project from "../../deno.json" with { type: "json" };
import { inFolder } from "../commands/softprompt.ts";
import { ROOT } from "../shared.ts";

Deno.test("the page's scripts are what its modules are bundled into: else `deno task page` makes them again", () =>
  inFolder(async (folder) => {
    const [, ...args] = project.tasks.page.split(" ");
    const { code, stderr } = await new Deno.Command(Deno.execPath(), { args: [...args, folder], cwd: ROOT })
      .output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    for (const name of Object.keys(PAGE_SCRIPTS)) {
      const isSame = await Deno.readTextFile(join(folder, `${name}.js`)) ===
        await Deno.readTextFile(join(ROOT, `src/view/${name}.js`));
      assertEquals(isSame, true, `src/view/${name}.js is of other modules: run \`deno task page\``);
    }
  }));
