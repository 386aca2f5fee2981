import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { IMPORT_MAP, ownModule } from "../../src/serve/modules.ts";
import { ROOT } from "../shared.ts";
import { filesIn, importsIn } from "./module_graph.ts";

/** The modules that docs/architecture.md says run in a page, too: these use no API of Deno, and no package that a page cannot load. */
async function listedModules(): Promise<string[]> {
  const page = await Deno.readTextFile(join(ROOT, "docs/architecture.md"));
  const [, section = ""] = page.split(/^## What runs in the page$/m);
  return [...section.split(/^## /m)[0]!.matchAll(/\]\(\.\.\/(src\/[^)]+\.ts)\)/g)].map(([, path]) => path!);
}

/** The scripts of the pages: of runs of classes, and of runs of free texts, whose page has no import map. */
const PAGES = ["src/browser/page.ts", "src/browser/text_page.ts"];

/** All modules that pages load, as they are sent to them: types are gone, and so is what they alone import. */
async function pageModules(pages: readonly string[]): Promise<Map<string, string>> {
  const modules = new Map<string, string>();
  const left = [...pages];
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    if (modules.has(path)) continue;
    const sent = await ownModule(path);
    if (sent === undefined) throw new Error(`the page loads ${path}, which is not sent`);
    const source = String(sent.content);
    modules.set(path, source);
    left.push(...filesIn(path, source));
  }
  return modules;
}

Deno.test("what a page loads needs no API of Deno, and no package that it cannot load", async () => {
  for (const [page, imports] of [[PAGES[0]!, JSON.parse(IMPORT_MAP).imports], [PAGES[1]!, {}]] as const) {
    const modules = await pageModules([page]);
    const using = [...modules].filter(([, source]) => /\bDeno\b/.test(source)).map(([path]) => path);
    assertEquals(using, [], "these use Deno");
    const packages = [...modules].flatMap(([path, source]) =>
      importsIn(source).specifiers.filter((name) => !name.startsWith(".") && !Object.hasOwn(imports, name))
        .map((name) => `${path} imports ${name}`)
    );
    assertEquals(packages, [], `not in the import map of ${page}`);
  }
});

Deno.test("docs/architecture.md lists the modules that pages load, by their rooms", async () => {
  assertEquals(await listedModules(), [...(await pageModules(PAGES)).keys()].toSorted());
});
