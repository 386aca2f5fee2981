import { assertEquals } from "@std/assert";
import { dirname, join } from "@std/path";
import { parseDocument } from "yaml";
import { ExperimentDocument } from "../src/experiment/document.ts";
import { parseVariants } from "../src/experiment/sweep.ts";
import { withHub } from "./hub/loopback_hub.ts";
import { chineseModel } from "./commands/chinese_model.ts";
import { inFolder } from "./commands/softprompt.ts";
import { ROOT } from "./shared.ts";

const PAGES = [
  "README.md",
  "docs/tutorial.md",
  "docs/models-and-data.md",
  "docs/how-it-works.md",
  "docs/from-peft-openprompt.md",
  "docs/comparing.md",
  "docs/speed.md",
  "docs/webgpu.md",
  "docs/operators.md",
  "src/compiler/README.md",
  "README.zh-CN.md",
];

/** Commands that are not run here, and why. */
const NOT_HERE: readonly (readonly [RegExp, string])[] = [
  [/^deno task (test|check)$/, "it is what runs this"],
  [/^deno task bench/, "it measures, for minutes"],
  [/device=webgpu/, "a software adapter takes minutes for it; test/device and test/training have WebGPU"],
  [/^deno task data rt-polarity$/, "it needs the network; data_test.ts serves the archive itself"],
];

/** A fenced block of a page. */
interface Snippet {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  /** The file that the block is, where it says so behind its language. */
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

Deno.test("every block of the pages is of a language that the tests know", () => {
  const known = ["sh", "yaml", "ts", "csv", "jsonc", "text"];
  assertEquals(
    ALL.filter(({ language }) => !known.includes(language)).map(({ page, line }) => `${page}:${line}`),
    [],
  );
});

Deno.test("every page in docs/ is among those that are tested, or made by a command", async () => {
  const there = await Array.fromAsync(Deno.readDir(join(ROOT, "docs")));
  const pages = there.map(({ name }) => `docs/${name}`).filter((path) => path.endsWith(".md"));
  assertEquals(pages.filter((page) => !PAGES.includes(page)), ["docs/experiment-file.md"]);
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

for (const { page, line, text } of ALL.filter(({ language }) => language === "yaml")) {
  Deno.test(`the experiment at ${page}:${line} is one, or a part of one`, () => {
    const given = parseDocument(text).toJS();
    const whole = "name" in given ? text : JSON.stringify({ ...AROUND, ...given });
    assertEquals(parseVariants(whole, `${page}:${line}`).length > 0, true);
    assertEquals(new ExperimentDocument(whole, page).content !== null, true);
  });
}

/**
 * A copy of the project, with the files of the pages, whose experiments are small: two steps, on a few of the project's own
 * sentences instead of rt-polarity, two values of what is swept. The commands are those of the pages, to the letter.
 */
async function copyProject(folder: string): Promise<void> {
  const entries = ["deno.json", "deno.lock", "src", "docs", "data", "experiments", "bench", "test"];
  for (const entry of entries) await copy(join(ROOT, entry), join(folder, entry));
  for (const { file, text } of ALL) {
    if (file === undefined) continue;
    await Deno.mkdir(join(folder, dirname(file)), { recursive: true });
    await Deno.writeTextFile(join(folder, file), text);
  }
  for await (const file of yamlFiles(join(folder, "experiments"))) {
    const document = parseDocument(await Deno.readTextFile(file));
    const own = document.getIn(["dataset", "name"]) === "rt-polarity";
    if (own) document.set("dataset", { name: "reviews-demo", path: "../../data/reviews-demo", shots: 8 });
    if (document.has("training")) {
      document.deleteIn(["training", "epochs"]);
      document.setIn(["training", "steps"], 2);
    }
    const sweep = (document.get("sweep") as { toJSON(): Record<string, unknown[]> } | undefined)?.toJSON() ??
      {};
    for (const [key, values] of Object.entries(sweep)) document.setIn(["sweep", key], values.slice(0, 2));
    await Deno.writeTextFile(file, String(document));
  }
}

async function* yamlFiles(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path: string = join(folder, name);
    if (isDirectory) yield* yamlFiles(path);
    else if (name.endsWith(".yaml")) yield path;
  }
}

async function copy(from: string, to: string): Promise<void> {
  const info = await Deno.stat(from);
  if (info.isFile) return await Deno.copyFile(from, to);
  if (from.endsWith("fixtures") || from.endsWith("rt-polarity") && from.includes("data")) return;
  await Deno.mkdir(to, { recursive: true });
  for await (const { name } of Deno.readDir(from)) await copy(join(from, name), join(to, name));
}

/** Does a command in a folder, as a user would; a server is asked once and ended. */
async function perform(
  command: string,
  folder: string,
  env: Record<string, string>,
): Promise<string | undefined> {
  const [redirected, target] = command.split(" > ");
  const parts = [...redirected!.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c!);
  const own: Record<string, string> = {};
  while (/^\w+=/.test(parts[0]!)) {
    const [name, ...value] = parts.shift()!.split("=");
    if (!(name! in env)) own[name!] = value.join("=");
  }
  if (parts.shift() !== "deno") return "it is no command of Deno's";
  const child = new Deno.Command(Deno.execPath(), {
    args: parts,
    cwd: folder,
    env: { NO_COLOR: "1", ...own, ...env },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (parts.includes("serve")) return await served(child);
  const { code, stdout, stderr } = await child.output();
  if (target !== undefined) await Deno.writeFile(join(folder, target), stdout);
  // Exit code 3 is the answer of `diff --fail-on-regression`, and no failure.
  return code === 0 || code === 3 && parts.includes("--fail-on-regression")
    ? undefined
    : `exit code ${code}: ${new TextDecoder().decode(stderr).slice(-2000)}`;
}

async function served(child: Deno.ChildProcess): Promise<string | undefined> {
  const errors = new Response(child.stderr).text();
  let said = "";
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    said += part;
    const [url] = /http:\S+/.exec(said) ?? [];
    if (url === undefined) continue;
    const { ok } = await fetch(url).then(async (response) => {
      await response.body?.cancel();
      return response;
    });
    child.kill("SIGINT");
    await child.status;
    await errors;
    return ok ? undefined : `${url} answers nothing`;
  }
  return `it ended: ${await errors}`;
}

/** What `A_FOLDER_THAT_HAS_IT` stands for. */
const RT_POLARITY: string = join(ROOT, "../shared/data");

Deno.test("every command and program of the pages does what it should", async (t) => {
  const table = await Deno.readTextFile(join(ROOT, "data/reviews-demo/chinese.tsv"));
  const texts = table.trim().split("\n").slice(1).map((line) => line.split("\t"))
    .map(([label, text]) => [text!, label === "positive" ? 1 : -1] as const);
  const chinese = { name: "Xenova/bert-base-chinese", commit: "c".repeat(40), files: chineseModel(texts) };
  const hasRt = await Deno.stat(RT_POLARITY).then(() => true, () => false);
  await inFolder((folder) =>
    withHub([chinese], async ({ url }) => {
      await copyProject(folder);
      const done = new Set<string>();
      const cache = join(folder, "results/hf");
      const env = { HF_ENDPOINT: url, HF_HOME: cache };
      // The tasks may reach the hub, but not this one.
      const config = await Deno.readTextFile(join(folder, "deno.json"));
      await Deno.writeTextFile(
        join(folder, "deno.json"),
        config.replaceAll("hf-mirror.com", "hf-mirror.com,127.0.0.1,localhost").replaceAll(
          "$HOME/.cache/huggingface",
          cache,
        ),
      );
      for (const snippet of ALL) {
        const { page, line, language, text } = snippet;
        const name = `${page}:${line}`;
        if (language === "ts") {
          await t.step(`the program at ${name}`, async () => {
            await Deno.writeTextFile(join(folder, "snippet.ts"), text);
            assertEquals(await perform("deno run --check --allow-all snippet.ts", folder, env), undefined);
          });
        }
        for (const command of language === "sh" ? commandsOf(snippet) : []) {
          const skipped = NOT_HERE.some(([pattern]) => pattern.test(command)) ||
            command.includes("A_FOLDER_THAT_HAS_IT") && !hasRt && Deno.env.get("CI") !== "true";
          if (skipped || done.has(command)) continue;
          done.add(command);
          await t.step(`${name}: ${command}`, async () => {
            const real = command.replace("A_FOLDER_THAT_HAS_IT", RT_POLARITY);
            assertEquals(await perform(real, folder, env), undefined);
          });
        }
      }
    })
  );
});
