import { assertEquals } from "@std/assert";
import { packagesLoadedWith } from "./module_graph.ts";

/** Packages that take from ten to a hundred milliseconds to load, of commands that take a few hundred. */
const SLOW = [
  "@stdlib/stats-base-dists-normal-quantile",
  "@stdlib/stats-base-dists-t-quantile",
  "@stdlib/stats-binomial-test",
  "@stdlib/stats-padjust",
  "@huggingface/jinja",
  "ajv",
  "hyparquet",
  "hyparquet-compressors",
  "js-rouge",
  "onnx-buf",
  "simple-statistics",
  "string-width",
  "yaml",
];

/** Those that are loaded with a module. What only some of its calls need is imported when they need it, or deferred. */
const LOADED: Readonly<Record<string, readonly string[]>> = {
  "src/launch.ts": [],
  "src/launcher/file_reads.ts": ["yaml"],
  "src/main.ts": [],
  "src/commands/baseline.ts": ["yaml"],
  "src/commands/batch.ts": ["onnx-buf", "simple-statistics", "yaml"],
  "src/commands/diff.ts": ["yaml"],
  "src/commands/diff_classes.ts": [
    "@stdlib/stats-base-dists-normal-quantile",
    "@stdlib/stats-padjust",
    "simple-statistics",
  ],
  "src/commands/export.ts": ["onnx-buf", "yaml"],
  "src/commands/list.ts": ["yaml"],
  "src/commands/predict.ts": ["onnx-buf", "simple-statistics", "yaml"],
  "src/commands/report.ts": ["yaml"],
  "src/commands/run.ts": ["onnx-buf", "yaml"],
  "src/commands/show.ts": ["yaml"],
  "src/commands/status.ts": ["yaml"],
  "src/commands/validate.ts": ["onnx-buf", "yaml"],
  "src/commands/view.ts": ["yaml"],
};

for (const [path, packages] of Object.entries(LOADED)) {
  Deno.test(`${path} loads no package that most of its calls do not need`, async () => {
    const loaded = await packagesLoadedWith(path);
    assertEquals(SLOW.filter((name) => loaded.has(name)), packages);
  });
}
