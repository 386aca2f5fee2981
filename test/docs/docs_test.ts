import { assertEquals } from "@std/assert";
import { dirname, join } from "@std/path";
import { parseDocument } from "yaml";
import { parseCluster } from "../../src/cluster/cluster_file.ts";
import { ExperimentDocument } from "../../src/experiment/document.ts";
import { asksForSearch, SearchFile } from "../../src/experiment/search_file.ts";
import { parseVariants } from "../../src/experiment/sweep.ts";
import { PAGES } from "./pages.ts";
import { type Snippet, snippetsOf } from "./snippets.ts";
import { ROOT } from "../shared.ts";

const ALL = await snippetsOf(PAGES);

/** What a recipe changes in files of the project: lines of context, lines that go, lines that come. */
const CHANGES = ALL.filter(({ language }) => language === "diff");

Deno.test("every block of the pages is of a language that the tests know", () => {
  const known = ["sh", "yaml", "ts", "csv", "jsonc", "text", "diff", "html"];
  assertEquals(
    ALL.filter(({ language }) => !known.includes(language)).map(({ page, line }) => `${page}:${line}`),
    [],
  );
});

Deno.test("every page of the project is among those that are tested, or made by a command", async () => {
  const pages = ["", "docs", "docs/recipes"].map(async (folder) =>
    (await Array.fromAsync(Deno.readDir(join(ROOT, folder)))).map(({ name }) => join(folder, name))
  );
  const found = (await Promise.all(pages)).flat().filter((path) => path.endsWith(".md"));
  assertEquals(found.filter((page) => !PAGES.includes(page)), ["docs/experiment-file.md"]);
});

for (const { page, line, file, text } of CHANGES) {
  Deno.test(`what ${page}:${line} changes is in ${file} as it is`, async () => {
    const before = text.split("\n").filter((one) => /^[ -]/.test(one)).map((one) => one.slice(1).trim());
    const content = await Deno.readTextFile(join(ROOT, file!)).catch(() => "");
    const lines = content.split("\n").map((one) => one.trim());
    let at = 0;
    const missing = before.filter((one) => one !== "…" && one !== "").filter((one) => {
      const found = lines.indexOf(one, at);
      if (found >= 0) at = found + 1;
      return found < 0;
    });
    assertEquals(missing, []);
  });
}

Deno.test("the Chinese README has the English one's links and blocks", async () => {
  const [english, chinese] = await Promise.all(
    ["README.md", "README.zh-CN.md"].map((page) => Deno.readTextFile(join(ROOT, page))),
  );
  const linksIn = (text: string) =>
    [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!).filter((one) =>
      !one.startsWith("README")
    );
  assertEquals(linksIn(english!).filter((one) => !linksIn(chinese!).includes(one)), []);
  const withoutComments = ({ text }: Snippet) => text.replaceAll(/(^|\s)#.*$/gm, "");
  const blocksOf = (page: string) => ALL.filter((one) => one.page === page).map(withoutComments);
  assertEquals(blocksOf("README.md").filter((one) => !blocksOf("README.zh-CN.md").includes(one)), []);
});

Deno.test("the links of the pages lead somewhere", async () => {
  const broken: string[] = [];
  for (const page of PAGES) {
    for (const [, target] of (await Deno.readTextFile(join(ROOT, page))).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target!)) continue;
      const path: string = join(ROOT, dirname(page), target!.replace(/#.*$/, ""));
      await Deno.stat(path).catch(() => broken.push(`${page}: ${target}`));
    }
  }
  assertEquals(broken, []);
});

/** What a part of an experiment file stands in. */
const AROUND = {
  name: "part",
  model: { source: "data/models/reviews-mlm-mini" },
  dataset: { name: "reviews-demo" },
  prompt: { kind: "soft", template: "{prompt} {text} it was {mask} ." },
  verbalizer: { negative: ["bad"], positive: ["good"] },
};

/** The same of a part whose answers are free texts. */
const AROUND_TEXTS = {
  ...AROUND,
  dataset: { file: "questions.jsonl", text: "question" },
  verbalizer: undefined,
};

for (const { page, line, text } of ALL.filter(({ language }) => language === "yaml")) {
  const given = parseDocument(text).toJS();
  if ("engine" in given) {
    Deno.test(`the cluster at ${page}:${line} is one`, () => {
      assertEquals(parseCluster(text, `${page}:${line}`).engine, given.engine);
    });
    continue;
  }
  Deno.test(`the experiment at ${page}:${line} is one, or a part of one`, () => {
    const around = given.answer?.target === undefined ? AROUND : AROUND_TEXTS;
    const whole = "name" in given ? text : JSON.stringify({ ...around, ...given });
    const document = new ExperimentDocument(whole, `${page}:${line}`);
    if (asksForSearch(document)) assertEquals(new SearchFile(document, []).axes.length > 0, true);
    else assertEquals(parseVariants(whole, `${page}:${line}`).length > 0, true);
  });
}
