import { assertNotEquals } from "@std/assert";
import { dirname, join } from "@std/path";
import { parseDocument } from "yaml";
import { RT_POLARITY } from "../../src/dataset/rt_polarity.ts";
import { writeSmallModel } from "../commands/small_model.ts";
import { ROOT } from "../shared.ts";

/** The number of vectors of the longest prompt: a small model has few words to start from. */
const LONGEST = 20;

/**
 * A copy of the project, with the files of the pages, whose experiments are small: two steps, short prompts, on a few of the project's own
 * sentences instead of rt-polarity, two values of what is swept; and whose model is a small one. The commands are those of the pages, to the letter.
 *
 * @param pages the files that stand in the pages, by their paths
 */
export async function copyProject(folder: string, pages: Readonly<Record<string, string>>): Promise<void> {
  const entries = ["deno.json", "deno.lock", "src", "docs", "data", "experiments", "bench", "test"];
  for (const entry of entries) await copy(join(ROOT, entry), join(folder, entry));
  await writeSmallModel(join(folder, "data/models/reviews-mlm-mini"));
  // On one thread, as in the tests' own process.
  const cpu: string = join(folder, "src/device/cpu.ts");
  await Deno.writeTextFile(cpu, `import "../../test/one_thread.ts";\n${await Deno.readTextFile(cpu)}`);
  for (const [file, text] of Object.entries(pages)) {
    await Deno.mkdir(join(folder, dirname(file)), { recursive: true });
    await Deno.writeTextFile(join(folder, file), text);
  }
  for (const name of ["validation.tsv", "test.tsv"]) {
    const path: string = join(folder, "data/reviews-demo", name);
    const lines = (await Deno.readTextFile(path)).split("\n");
    // The sentences of a label stand together or in turn: both ends have both labels.
    await Deno.writeTextFile(path, [...lines.slice(0, 8), ...lines.slice(-9)].join("\n"));
  }
  for await (const file of yamlFiles(join(folder, "experiments"))) await shorten(file);
}

/** Makes the runs small that an experiment file asks for. */
export async function shorten(file: string): Promise<void> {
  const document = parseDocument(await Deno.readTextFile(file));
  const own = document.getIn(["dataset", "name"]) === "rt-polarity";
  if (own) document.set("dataset", { name: "reviews-demo", path: "../../data/reviews-demo", shots: 8 });
  if (document.has("training")) {
    document.deleteIn(["training", "epochs"]);
    document.setIn(["training", "steps"], 2);
  }
  if (Number(document.getIn(["prompt", "length"])) > LONGEST) document.setIn(["prompt", "length"], LONGEST);
  const sweep = (document.get("sweep") as { toJSON(): Record<string, unknown[]> } | undefined)?.toJSON() ??
    {};
  for (const [key, values] of Object.entries(sweep)) document.setIn(["sweep", key], values.slice(0, 2));
  await Deno.writeTextFile(file, String(document));
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

/** Lets the task of a copy that downloads data reach the server of this test in place of the network. */
export async function pointHere(folder: string, archive: string): Promise<void> {
  const path: string = join(folder, "src/dataset/rt_polarity.ts");
  const before = await Deno.readTextFile(path);
  const after = before.replaceAll(RT_POLARITY.url, archive);
  assertNotEquals(after, before);
  await Deno.writeTextFile(path, after);
}
