// deno-lint-ignore-file no-console
import { assertEquals } from "@std/assert";
import { dirname, join } from "@std/path";
import { createTarGzip } from "nanotar";
import { parseDocument } from "yaml";
import { RT_POLARITY as RT_POLARITY_HOME } from "../../src/dataset/rt_polarity.ts";
import { findAdapter } from "../../src/device/webgpu.ts";
import { ExperimentDocument } from "../../src/experiment/document.ts";
import { asksForSearch, SearchFile } from "../../src/experiment/search_file.ts";
import { parseVariants } from "../../src/experiment/sweep.ts";
import { withHub } from "../hub/loopback_hub.ts";
import { chineseModel } from "../commands/chinese_model.ts";
import { inFolder } from "../commands/softprompt.ts";
import { perform } from "./perform.ts";
import { smallT5 } from "./small_t5.ts";
import { copyProject, pointHere } from "./project_copy.ts";
import { mustHave, ROOT, shared } from "../shared.ts";

/** The order in which their commands are run: later ones use what earlier ones leave. */
const PAGES = [
  "README.md",
  "docs/rt-polarity.md",
  "docs/tutorial.md",
  "docs/installing.md",
  "docs/experiments.md",
  "docs/search.md",
  "docs/results.md",
  "docs/commands.md",
  "docs/using-a-prompt.md",
  "docs/devices.md",
  "docs/models-and-data.md",
  "docs/text-answers.md",
  "docs/how-it-works.md",
  "docs/from-peft-openprompt.md",
  "docs/baselines-and-ensembles.md",
  "docs/comparing.md",
  "docs/study.md",
  "docs/speed.md",
  "docs/webgpu.md",
  "docs/operators.md",
  "docs/architecture.md",
  "docs/file-formats.md",
  "docs/recipes/operator.md",
  "docs/recipes/optimizer.md",
  "docs/recipes/initialization.md",
  "docs/recipes/device.md",
  "docs/recipes/dataset-format.md",
  "docs/recipes/verb.md",
  "src/compiler/README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "CHANGELOG.md",
  "README.zh-CN.md",
  "docs/tutorial.zh-CN.md",
];

/** Commands that are not run here, and why. */
const NOT_HERE: readonly (readonly [RegExp, string])[] = [
  [/^deno task (test|check)\b/, "it is what runs this"],
  [/^deno test\b/, "it is a part of what runs this"],
  [/^deno task (operators|keys)$/, "other tests compare what it writes"],
  [/^deno task bench/, "it measures, for minutes"],
  [/^deno task (study|search-study)$/, "it computes, for hours"],
];

/** A fenced block of a page. */
interface Snippet {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  /** The file that the block is, where it says so after its language. */
  readonly file: string | undefined;
  readonly text: string;
}

async function snippets(): Promise<Snippet[]> {
  const found = PAGES.map(async (page) => {
    const text = await Deno.readTextFile(join(ROOT, page));
    return [...text.matchAll(/^```(\w+)(?: (\S+))?\n([\s\S]*?)^```$/gm)].map((match): Snippet => ({
      page,
      line: text.slice(0, match.index).split("\n").length,
      language: match[1]!,
      file: match[2],
      text: match[3]!,
    }));
  });
  return (await Promise.all(found)).flat();
}

/** The commands of a block, without comments. */
function commandsOf({ text }: Snippet): string[] {
  return text.replaceAll(/\\\n\s*/g, "").split("\n")
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim().replace(/^npx -y deno@\S+ /, "deno "))
    .filter((line) => line !== "");
}

const ALL = await snippets();

/** What a recipe changes in files of the project: lines of context, lines that go, lines that come. */
const CHANGES = ALL.filter(({ language }) => language === "diff");

/** The files that blocks are. */
const FILES = Object.fromEntries(
  ALL.flatMap(({ language, file, text }) => file === undefined || language === "diff" ? [] : [[file, text]]),
);

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
  Deno.test(`the experiment at ${page}:${line} is one, or a part of one`, () => {
    const given = parseDocument(text).toJS();
    const around = given.answer?.target === undefined ? AROUND : AROUND_TEXTS;
    const whole = "name" in given ? text : JSON.stringify({ ...around, ...given });
    const document = new ExperimentDocument(whole, `${page}:${line}`);
    if (asksForSearch(document)) assertEquals(new SearchFile(document, []).axes.length > 0, true);
    else assertEquals(parseVariants(whole, `${page}:${line}`).length > 0, true);
  });
}

/** What `A_FOLDER_THAT_HAS_IT` stands for. */
const RT_POLARITY: string = shared("data");

/** The library that a program imports, and the part of it that the tests have. */
const TRANSFORMERS = '"@huggingface/transformers"';
const STAND_IN = JSON.stringify(import.meta.resolve("./transformers_stand_in.ts"));

/** Why a command cannot be run on this machine; what must be there is not checked. */
async function whatLacks(command: string): Promise<string | undefined> {
  if (command.includes("task data rt-polarity") && !mustHave("shared") && !await isThere(RT_POLARITY)) {
    return "there is no rt-polarity";
  }
  if (
    command.includes("device=webgpu") && !mustHave("webgpu") && await findAdapter() === undefined
  ) {
    return "there is no WebGPU adapter";
  }
  return undefined;
}

function isThere(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}

/** Gives rt-polarity out from loopback, as its public home does. */
async function withArchive(test: (url: string) => Promise<void>): Promise<void> {
  const names = await isThere(RT_POLARITY) ? RT_POLARITY_HOME.files : [];
  const files = names.map(async ({ name }) => ({
    name: `rt-polaritydata/${name}`,
    data: await Deno.readFile(join(RT_POLARITY, name)),
  }));
  const archive = Uint8Array.from(await createTarGzip(await Promise.all(files)));
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response(archive),
  );
  try {
    await test(`http://127.0.0.1:${server.addr.port}/rt-polaritydata.tar.gz`);
  } finally {
    await server.shutdown();
  }
}

Deno.test("every command and program of the pages does what it should", async (t) => {
  const table = await Deno.readTextFile(join(ROOT, "data/reviews-demo/chinese.tsv"));
  const texts = table.trim().split("\n").slice(1).map((line) => line.split("\t"))
    .map(([label, text]) => [text!, label === "positive" ? 1 : -1] as const);
  const chinese = { name: "Xenova/bert-base-chinese", commit: "c".repeat(40), files: chineseModel(texts) };
  const t5 = { name: "Xenova/t5-small", commit: "d".repeat(40), files: await smallT5() };
  await inFolder((folder) =>
    withArchive((archive) =>
      withHub([chinese, t5], async ({ url }) => {
        await copyProject(folder, FILES);
        const done = new Set<string>();
        const cache: string = join(folder, "results/hf");
        const env = { HF_ENDPOINT: url, HF_HOME: cache };
        await pointHere(folder, archive);
        for (const snippet of ALL) {
          const { page, line, language, text } = snippet;
          const name = `${page}:${line}`;
          if (language === "ts") {
            await t.step(`the program at ${name}`, async () => {
              await Deno.writeTextFile(join(folder, "snippet.ts"), text.replace(TRANSFORMERS, STAND_IN));
              assertEquals(await perform("deno run --check --allow-all snippet.ts", folder, env), undefined);
            });
          }
          for (const command of language === "sh" ? commandsOf(snippet) : []) {
            if (done.has(command) || NOT_HERE.some(([pattern]) => pattern.test(command))) continue;
            const lacking = await whatLacks(command);
            if (lacking !== undefined) {
              console.warn(`left out, as ${lacking}: ${command}`);
              continue;
            }
            done.add(command);
            await t.step(`${name}: ${command}`, async () => {
              const real = command.replace("A_FOLDER_THAT_HAS_IT", RT_POLARITY);
              assertEquals(await perform(real, folder, env), undefined);
            });
          }
        }
      })
    )
  );
});
