import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ExperimentError } from "../../src/base/errors.ts";
import { promptLength } from "../../src/experiment/prompt_vectors.ts";
import { parseVariants } from "../../src/experiment/sweep.ts";

const BASE = `name: x
model: { source: m }
dataset: { name: rt-polarity }
prompt: { kind: soft, template: "{prompt} {text} it was {mask} ." }
verbalizer: { negative: [bad], positive: [good] }
`;

const names = (text: string) => parseVariants(BASE + text, "x.yaml").map(({ name }) => name);
const problems = (text: string) =>
  assertThrows(() => parseVariants(BASE + text, "x.yaml"), ExperimentError).message.split("\n");

Deno.test("a file without a sweep asks for one run, which has no name of its own", () => {
  const [only, ...others] = parseVariants(BASE, "x.yaml");
  assertEquals([only!.name, only!.settings, only!.experiment.seed, others], ["", {}, 0, []]);
});

Deno.test("a sweep is the cross product, the last key changing fastest", () => {
  const variants = parseVariants(BASE + "sweep: { prompt.length: [1, 5], seed: [0, 1, 2] }", "x.yaml");
  assertEquals(variants.map(({ name }) => name), [
    "length=1,seed=0",
    "length=1,seed=1",
    "length=1,seed=2",
    "length=5,seed=0",
    "length=5,seed=1",
    "length=5,seed=2",
  ]);
  const { experiment, settings } = variants[4]!;
  assertEquals([promptLength(experiment.prompt), experiment.seed], [5, 1]);
  assertEquals(settings, { "prompt.length": 5, seed: 1 });
});

Deno.test("any key can be swept by its path: lists, words, keys that the file does not have", () => {
  assertEquals(
    names(`sweep:
  prompt.initialization.from: [random, vocabulary]
  verbalizer.positive: [[good, great], [fine]]
  training.optimizer.name: [adamw]
`),
    [
      "initialization.from=random,positive=good_great~913663,optimizer.name=adamw",
      "initialization.from=random,positive=fine~358c64,optimizer.name=adamw",
      "initialization.from=vocabulary,positive=good_great~913663,optimizer.name=adamw",
      "initialization.from=vocabulary,positive=fine~358c64,optimizer.name=adamw",
    ],
  );
});

Deno.test("exclude leaves out what all its keys match", () => {
  assertEquals(
    names("sweep: { prompt.length: [1, 5], seed: [0, 1] }\nexclude: [{ prompt.length: 5, seed: 1 }]"),
    ["length=1,seed=0", "length=1,seed=1", "length=5,seed=0"],
  );
});

Deno.test("named variants are crossed with the keys that they do not set themselves", () => {
  const variants = parseVariants(
    BASE + `sweep: { prompt.length: [1, 5], seed: [0, 1] }
variants:
  plain: {}
  adafactor: { training.optimizer: { name: adafactor, learningRate: 0.3 }, prompt.length: 5 }
  hard: { prompt: { kind: hard, template: "{text} {mask}" }, seed: 0 }
exclude: [{ variant: plain, seed: 1 }]
`,
    "x.yaml",
  );
  assertEquals(variants.map(({ name }) => name), [
    "plain,length=1,seed=0",
    "plain,length=5,seed=0",
    "adafactor,seed=0",
    "adafactor,seed=1",
    "hard",
  ]);
  assertEquals(variants[2]!.experiment.training?.optimizer.learningRate, 0.3);
  assertEquals(variants[4]!.experiment.training, undefined);
});

Deno.test("null removes a key", () => {
  const [only] = parseVariants(
    BASE + "training: { epochs: 2 }\nvariants: { steps: { training.epochs: null, training.steps: 7 } }",
    "x.yaml",
  );
  assertEquals([only!.experiment.training?.epochs, only!.experiment.training?.steps], [undefined, 7]);
});

Deno.test("an error in a swept value is reported once, at its place in the sweep", () => {
  assertEquals(
    problems(`sweep:
  prompt.lenght: [1, 2]
  seed: [0, -1]
`),
    [
      "x.yaml:7:19: unknown key 'lenght' in 'prompt'; did you mean 'length'? (allowed: kind, template, examples, length, insertion, initialization)",
      "x.yaml:7:22: unknown key 'lenght' in 'prompt'; did you mean 'length'? (allowed: kind, template, examples, length, insertion, initialization)",
      "x.yaml:8:13: 'seed' must be at least 0, got -1",
    ],
  );
  assertEquals(problems("seed: 3\nvariants: { a: { seed.x: 1 } }"), [
    "x.yaml:7:18: 'seed.x' is not a key: 'seed' has no keys of its own",
  ]);
});

Deno.test("rules that join several keys hold in each variant", () => {
  assertEquals(problems("sweep: { prompt.kind: [hard], prompt.length: [5] }"), [
    "x.yaml:4:33: a hard prompt has no '{prompt}': remove it, or set 'prompt.kind: soft'",
    "x.yaml:6:47: 'prompt.length' belongs to a soft prompt: remove it, or set 'prompt.kind: soft'",
  ]);
});

Deno.test("what is wrong in some variants only, and elsewhere than in the sweep, names one of them", () => {
  const base = BASE.replace("{ kind: soft,", "{ kind: soft, initialization: { from: vocabulary, top: 9 },");
  const { message } = assertThrows(
    () =>
      parseVariants(
        `${base}sweep: { prompt.initialization.from: [vocabulary, random], seed: [0, 1] }`,
        "x.yaml",
      ),
    ExperimentError,
  );
  assertEquals(
    message,
    "x.yaml:4:39: 'top' goes with 'from: vocabulary' (in the variant 'initialization.from=random,seed=0')",
  );
});

Deno.test("a sweep that asks for nothing sensible is refused", () => {
  assertEquals(problems("sweep: { name: [a, b] }"), [
    "x.yaml:6:10: 'name' cannot differ between the variants of a file, whose results are in one folder: set it once, for all of them",
  ]);
  assertEquals(problems("sweep: { seed: 3 }"), [
    "x.yaml:6:16: 'sweep.seed' must be an array, got 3: write a list, [3]",
  ]);
  assertEquals(problems("sweep: { seed: [1, 2, 1] }"), [
    "x.yaml:6:16: 'sweep.seed' has the same value twice, as items 1 and 3",
  ]);
  assertEquals(problems("sweep: { seed: [1] }\nexclude: [{ sede: 1 }, { seed: 4 }]"), [
    "x.yaml:7:13: 'sede' is not swept; did you mean 'seed'? (swept: seed)",
    "x.yaml:7:24: this entry of 'exclude' matches no variant: correct or remove it",
  ]);
  assertEquals(problems("sweep: { seed: [1] }\nexclude: [{ seed: 1 }]"), [
    "x.yaml:7:1: 'exclude' leaves nothing to run: remove an entry",
  ]);
  assertEquals(problems("variants: { a.partial: {} }").length, 1);
  assertEquals(problems('variants: { "a/b": {} }'), [
    "x.yaml:6:11: 'a/b' in 'variants' names a folder: letters, digits, '.', '_' and '-' only, with a letter or a digit first, no '.' or '.partial' at the end, no name that Windows reserves (con, nul, aux, com1, …), and none of a file of results (.json, .html, .csv, …)",
  ]);
});

Deno.test("a key that is set twice, by itself or within another, is refused", () => {
  assertEquals(problems("sweep: { prompt: [{ kind: hard }], prompt.length: [1] }"), [
    "x.yaml:6:36: 'prompt.length' is already set by 'prompt': leave one of them out",
  ]);
  assertEquals(problems("variants: { a: { training.epochs: 1, training: null } }"), [
    "x.yaml:6:38: 'training' is already set by 'training.epochs': leave one of them out",
  ]);
});

Deno.test("names that are one folder, or none, on some computers are refused", () => {
  assertEquals(problems("variants: { Plain: {}, plain: { seed: 1 } }"), [
    "x.yaml:6:24: the variants 'Plain' and 'plain' would share a folder on Windows and macOS: rename one of them",
  ]);
  assertEquals(problems("sweep: { model.revision: [Main, main] }"), [
    "x.yaml:6:33: the variants 'revision=Main' and 'revision=main' would share a folder on Windows and macOS: rename one of them",
  ]);
  for (
    const name of [
      "con",
      "NUL.x",
      "Com1",
      "a.",
      "a.partial",
      "metrics.json",
      "Summary.HTML",
      "predictions.x.jsonl",
    ]
  ) {
    assertStringIncludes(
      problems(`variants: { ${name}: {} }`)[0]!,
      `'${name}' in 'variants' names a folder: `,
    );
  }
  assertEquals(names("variants: { console: {}, com10: { seed: 1 }, v1.5: { seed: 2 } }"), [
    "console",
    "com10",
    "v1.5",
  ]);
});

Deno.test("an ensemble of named runs stays one in each run of a sweep, and in each variant", () => {
  const ensemble = "ensemble: { runs: [results/a, results/b], vote: mean }\n";
  for (
    const [text, count] of [
      ["sweep: { evaluation.batchSize: [8, 16] }", 2],
      ["variants: { one: { evaluation: { batchSize: 8 } }, other: { seed: 1 } }", 2],
    ] as const
  ) {
    const variants = parseVariants(BASE + ensemble + text, "x.yaml");
    assertEquals(
      variants.map(({ experiment }) => experiment.ensemble),
      Array.from({ length: count }, () => ({ runs: ["results/a", "results/b"], vote: "mean" as const })),
    );
  }
});

Deno.test("an ensemble over the seeds of one run alone is refused, as one of one named run is", () => {
  const ensemble = "ensemble: { sweep: seed }\n";
  const why = "'ensemble.sweep' combines at least 2 runs, and 'seed=1' is the only one of its seeds: " +
    "sweep more seeds, or leave 'ensemble' out";
  for (const text of ["sweep: { seed: [1] }", "sweep: { seed: [0, 1] }\nexclude: [{ seed: 0 }]"]) {
    assertEquals(problems(ensemble + text), [`x.yaml:6:20: ${why}`]);
  }
  assertEquals(problems("ensemble: { runs: [results/a] }"), [
    "x.yaml:6:19: 'ensemble.runs' must have at least 2 items",
  ]);
});

Deno.test("an exclusion in a file that sweeps nothing is refused", () => {
  assertEquals(problems("exclude: [{ seed: 1 }]"), [
    "x.yaml:6:13: 'seed' is not swept (nothing is)",
  ]);
});
