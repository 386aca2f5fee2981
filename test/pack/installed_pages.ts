import { assertEquals } from "@std/assert";
import { dirname, join } from "@std/path";
import { PAGES } from "../docs/pages.ts";
import { commandsOf, isOfPackage, snippetsOf } from "../docs/snippets.ts";
import { writeSmallModel } from "../commands/small_model.ts";
import { perform } from "../docs/perform.ts";
import { shorten } from "../docs/project_copy.ts";

/**
 * Runs the commands of all pages that call the package, each page from an empty folder on, in which the pages before it have left their
 * projects. Experiments and their model are made small.
 *
 * @param softprompt what `npx softprompt` calls
 */
export async function performPages(t: Deno.TestContext, empty: string, softprompt: string): Promise<void> {
  const all = await snippetsOf(PAGES);
  const done = new Set<string>();
  await Deno.mkdir(empty);
  for (const page of PAGES.filter((one) => isOfPackage(one, all))) {
    let folder = empty;
    for (const snippet of all.filter((one) => one.page === page)) {
      const { line, language, file, text } = snippet;
      if (file !== undefined) {
        const path: string = join(folder, file);
        await Deno.mkdir(dirname(path), { recursive: true });
        await Deno.writeTextFile(path, text);
        if (language === "yaml") await shorten(path);
      }
      for (const command of language === "sh" ? commandsOf(snippet) : []) {
        const [, entered] = /^cd (\S+)$/.exec(command) ?? [];
        if (entered !== undefined) folder = join(folder, entered);
        const isNew = !done.has(`${folder}: ${command}`);
        done.add(`${folder}: ${command}`);
        if (entered !== undefined || !isNew) continue;
        await t.step(`${page}:${line}: ${command}`, async () => {
          assertEquals(await perform(command, folder, {}, softprompt), undefined);
          const [, started] = /softprompt init (\S+)/.exec(command) ?? [];
          if (started === undefined) return;
          await shorten(join(folder, started, "experiments/first.yaml"));
          await writeSmallModel(join(folder, started, "models/reviews-mlm-mini"));
        });
      }
    }
  }
}
