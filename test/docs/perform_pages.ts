// deno-lint-ignore-file no-console
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { createTarGzip } from "nanotar";
import { RT_POLARITY as RT_POLARITY_HOME } from "../../src/dataset/rt_polarity.ts";
import { findAdapter } from "../../src/device/webgpu.ts";
import { withHub } from "../hub/loopback_hub.ts";
import { chineseModel } from "../commands/chinese_model.ts";
import { inFolder } from "../commands/softprompt.ts";
import { PAGES } from "./pages.ts";
import { perform } from "./perform.ts";
import { commandsOf, isOfPackage, type Snippet, snippetsOf } from "./snippets.ts";
import { smallT5 } from "./small_t5.ts";
import { copyProject, pointHere } from "./project_copy.ts";
import { mustHave, ROOT, shared } from "../shared.ts";

/** Commands that are not run here, and why. */
const NOT_HERE: readonly (readonly [RegExp, string])[] = [
  [/^deno task (test|check)\b/, "it is what runs this"],
  [/^deno test\b/, "it is a part of what runs this"],
  [/^deno task (operators|keys)$/, "other tests compare what it writes"],
  [/^deno task bench/, "it measures, for minutes"],
  [/^deno task (study|search-study)$/, "it computes, for hours"],
];

/** The files that blocks are; those of a package's page are in the folder that its commands are run in. */
function filesOf(snippets: readonly Snippet[]): Record<string, string> {
  return Object.fromEntries(
    snippets.filter(({ page }) => !isOfPackage(page, snippets)).flatMap(({ language, file, text }) =>
      file === undefined || language === "diff" ? [] : [[file, text]]
    ),
  );
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

/**
 * Writes the programs of some pages into a folder; `install_test.ts` checks their types.
 *
 * @param transformers what they import as transformers.js, as it stands in a program
 * @returns the names of their files
 */
export async function writePrograms(
  folder: string,
  snippets: readonly Snippet[],
  transformers: string = STAND_IN,
): Promise<Map<Snippet, string>> {
  const programs = snippets.filter(({ language }) => language === "ts")
    .map((snippet, i) => [snippet, `program-${i}.ts`] as const);
  for (const [{ text }, name] of programs) {
    await Deno.writeTextFile(join(folder, name), text.replace(TRANSFORMERS, transformers));
  }
  return new Map(programs);
}

/** Runs every command and program of some pages, in a copy of the project, a step for each. */
export async function performPages(t: Deno.TestContext, pages: readonly string[]): Promise<void> {
  const all = await snippetsOf(PAGES);
  const table = await Deno.readTextFile(join(ROOT, "data/reviews-demo/chinese.tsv"));
  const texts = table.trim().split("\n").slice(1).map((line) => line.split("\t"))
    .map(([label, text]) => [text!, label === "positive" ? 1 : -1] as const);
  const chinese = { name: "Xenova/bert-base-chinese", commit: "c".repeat(40), files: chineseModel(texts) };
  const t5 = { name: "Xenova/t5-small", commit: "d".repeat(40), files: await smallT5() };
  await inFolder((folder) =>
    withArchive((archive) =>
      withHub([chinese, t5], async ({ url }) => {
        await copyProject(folder, filesOf(all));
        const done = new Set<string>();
        const cache: string = join(folder, "results/hf");
        const env = { HF_ENDPOINT: url, HF_HOME: cache };
        await pointHere(folder, archive);
        const snippets = all.filter(({ page }) => pages.includes(page));
        const programs = await writePrograms(folder, snippets);
        for (const snippet of snippets) {
          const { page, line, language } = snippet;
          const name = `${page}:${line}`;
          const program = programs.get(snippet);
          if (program !== undefined) {
            await t.step(`the program at ${name}`, async () => {
              assertEquals(await perform(`deno run --allow-all ${program}`, folder, env), undefined);
            });
          }
          const isRun = language === "sh" && !isOfPackage(page, all);
          for (const command of isRun ? commandsOf(snippet) : []) {
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
}
