import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { ROOT } from "../shared.ts";
import { importsIn, packagesLoadedWith } from "./module_graph.ts";

/** Packages that are loaded with every command. */
const SHARED = ["@std", "commander"];

const COMPILER = ["@bufbuild/protobuf", "onnx-buf"];
const TOKENIZERS = ["@huggingface/tokenizers"];
const RANDOM = ["pure-rand"];
const TESTS = ["@stdlib/stats-base-dists-normal-quantile", "@stdlib/stats-padjust", "simple-statistics"];

/**
 * The others that are loaded with each verb, and with what is loaded before it or by it. Most take from ten to two hundred milliseconds:
 * what only some calls of a verb need is imported when they need it, or deferred.
 */
const LOADED: Readonly<Record<string, readonly string[]>> = {
  "src/launch.ts": [],
  "src/launcher/file_reads.ts": ["yaml"],
  "src/main.ts": [],
  "src/commands/baseline.ts": ["yaml"],
  "src/commands/batch.ts": [...COMPILER, ...TOKENIZERS, ...RANDOM, "simple-statistics", "yaml"],
  "src/commands/clean.ts": [...COMPILER, "yaml"],
  "src/commands/compile.ts": [...COMPILER, ...TOKENIZERS],
  "src/commands/completions.ts": [],
  "src/commands/data.ts": ["nanotar"],
  "src/commands/diff.ts": ["yaml"],
  "src/commands/diff_classes.ts": [...TESTS, ...RANDOM],
  "src/commands/diff_foreign.ts": [...TESTS, ...RANDOM],
  "src/commands/diff_texts.ts": [...TESTS, ...RANDOM, "js-rouge"],
  "src/commands/doctor.ts": COMPILER,
  "src/commands/export.ts": [...COMPILER, ...TOKENIZERS, "yaml"],
  "src/commands/init.ts": [],
  "src/commands/list.ts": ["yaml"],
  "src/commands/merge.ts": ["simple-statistics", "yaml"],
  "src/commands/predict.ts": [...COMPILER, ...TOKENIZERS, "simple-statistics", "yaml"],
  "src/commands/report.ts": ["yaml"],
  "src/commands/run.ts": [...COMPILER, ...TOKENIZERS, ...RANDOM, "yaml"],
  "src/commands/schema.ts": [],
  "src/commands/serve.ts": [...COMPILER, ...TOKENIZERS, "amaro", "yaml"],
  "src/commands/show.ts": ["yaml"],
  "src/commands/status.ts": ["yaml"],
  "src/commands/submit.ts": [...COMPILER, ...TOKENIZERS, ...RANDOM, "ajv", "yaml"],
  "src/commands/validate.ts": [...COMPILER, ...TOKENIZERS, ...RANDOM, "yaml"],
  "src/commands/view.ts": ["amaro", "yaml"],
};

/** The modules of the verbs, which `src/cli.ts` loads when they are called. */
async function verbs(): Promise<string[]> {
  const { specifiers, loaded } = importsIn(await Deno.readTextFile(join(ROOT, "src/cli.ts")));
  const later = specifiers.filter((name) => name.startsWith("./commands/") && !loaded.includes(name));
  return later.map((name) => join("src", name));
}

Deno.test("the packages of every verb are listed", async () => {
  assertEquals((await verbs()).filter((path) => !Object.hasOwn(LOADED, path)), []);
});

for (const [path, packages] of Object.entries(LOADED)) {
  Deno.test(`${path} loads no package that most of its calls do not need`, async () => {
    const loaded = await packagesLoadedWith(path);
    assertEquals(loaded.difference(new Set(SHARED)), new Set(packages));
  });
}
