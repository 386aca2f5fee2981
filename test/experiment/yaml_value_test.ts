import { assertEquals } from "@std/assert";
import { parse, stringify } from "yaml";
import { ExperimentDocument } from "../../src/experiment/document.ts";
import { parseExperiment } from "../../src/experiment/parse.ts";
import { parseVariants } from "../../src/experiment/sweep.ts";

const content = (text: string) => new ExperimentDocument(text, "x.yaml").content;

const WRITTEN = [
  "1.0",
  "01",
  "0x10",
  "1e3",
  "True",
  "no",
  "null",
  "~",
  "12345678901234567",
  ".5",
  "-0",
  "+1",
];

Deno.test("keys are what is written, whatever YAML makes of it elsewhere", () => {
  const labels = Object.fromEntries(WRITTEN.map((key) => [key, key]));
  const text = WRITTEN.map((key) => `${key}: "${key}"`).join(", ");
  assertEquals(content(`dataset: { labels: { ${text} } }`), { dataset: { labels } });
});

Deno.test("texts are what is written: classes, words, labels of samples, names", () => {
  assertEquals(
    content(`name: 01
dataset: { labels: { 0: False, 1: True, 2: null, 3: ~, 4: "null" } }
verbalizer: { False: [${WRITTEN.join(", ")}] }
evaluation: { samples: [{ text: 1.50, label: True }] }
seed: 0x10
training: { optimizer: { learningRate: 1e-3 } }
`),
    {
      name: "01",
      dataset: { labels: { "0": "False", "1": "True", "2": null, "3": null, "4": "null" } },
      verbalizer: { False: WRITTEN },
      evaluation: { samples: [{ text: "1.50", label: "True" }] },
      seed: 16,
      training: { optimizer: { learningRate: 0.001 } },
    },
  );
});

Deno.test("so they are in a sweep, in variants and in exclusions", () => {
  assertEquals(
    content(`sweep: { verbalizer.No: [[1, 1.0], [null]], description: [1.0, null], seed: [01] }
variants: { 1.0: { dataset.labels: { 01: 02 }, training: null, prompt: { template: 7 } } }
exclude: [{ variant: 1.0, seed: 1 }]
`),
    {
      sweep: { "verbalizer.No": [["1", "1.0"], ["null"]], description: ["1.0", null], seed: [1] },
      variants: { "1.0": { "dataset.labels": { "01": "02" }, training: null, prompt: { template: "7" } } },
      exclude: [{ variant: "1.0", seed: 1 }],
    },
  );
});

Deno.test("an alias is read as what its place takes", () => {
  assertEquals(content("seed: &one 01\nname: *one\ntraining: { steps: *one }\n"), {
    seed: 1,
    name: "01",
    training: { steps: 1 },
  });
});

const BASE = `name: x
model: { source: m }
dataset: { split: { train: a.csv, test: a.csv } }
prompt: { kind: hard, template: "{text} it was {mask} ." }
`;

Deno.test("an experiment as it is written out is read as the same experiment", () => {
  const experiment = parseExperiment(
    `${BASE}verbalizer: { 1.0: [no, "yes"], True: [1], __proto__: [null], toString: ["~"] }\n`,
    "x.yaml",
  );
  assertEquals(Object.keys(experiment.verbalizer), ["1.0", "True", "__proto__", "toString"]);
  const again: unknown = parse(stringify(experiment));
  assertEquals(JSON.stringify(again), JSON.stringify(experiment));
  assertEquals(JSON.stringify(parseExperiment(stringify(experiment), "x.yaml")), JSON.stringify(experiment));
});

Deno.test("names that every JavaScript object has are keys and classes like others", () => {
  const text = `${BASE}verbalizer: { constructor: [a], __proto__: [b] }\n`;
  const variants = parseVariants(
    `${text}sweep: { verbalizer.__proto__: [[c], [d]], verbalizer.toString: [[e]] }\n`,
    "x.yaml",
  );
  assertEquals(
    variants.map(({ experiment: { verbalizer } }) => Object.entries(verbalizer)),
    ["c", "d"].map((word) => [["constructor", ["a"]], ["__proto__", [word]], ["toString", ["e"]]]),
  );
  assertEquals(Object.hasOwn(Object.prototype, "0"), false);
});
