import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ExperimentError } from "../../src/base/errors.ts";
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
  assertEquals(Object.keys(experiment.verbalizer ?? {}), ["1.0", "True", "__proto__", "toString"]);
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
    variants.map(({ experiment: { verbalizer } }) => Object.entries(verbalizer ?? {})),
    ["c", "d"].map((word) => [["constructor", ["a"]], ["__proto__", [word]], ["toString", ["e"]]]),
  );
  assertEquals(Object.hasOwn(Object.prototype, "0"), false);
});

Deno.test("an alias is the last anchor of its name before it, however many there are", () => {
  const text = "a: &x [&y 1]\nb: *x\nc: &y 2\nd: *x\ne: *y\nf: &x 3\ng: *x\n";
  const { content } = new ExperimentDocument(text, "x.yaml");
  assertEquals(content, { a: [1], b: [1], c: 2, d: [1], e: 2, f: 3, g: 3 });
  const many = Array.from({ length: 5000 }, (_, i) => `k${i}: &a${i} ${i}\nl${i}: *a${i}`).join("\n");
  assertEquals(Object.keys(Object(new ExperimentDocument(many, "x.yaml").content)).length, 10_000);
});

for (
  const [what, text] of [
    ["lists", `a: ${"[".repeat(200)}${"]".repeat(200)}`],
    ["maps in lines of their own", Array.from({ length: 200 }, (_, i) => `${" ".repeat(i)}a:`).join("\n")],
    ["lists without end", `a: ${"[".repeat(50_000)}`],
    ["maps without end", `a: ${"{a: ".repeat(20_000)}`],
    ["items of items", `a:\n${"- ".repeat(50_000)}1`],
  ] as const
) {
  Deno.test(`YAML nested too deeply is refused: ${what}`, () => {
    const read = () => new ExperimentDocument(text, "x.yaml");
    assertStringIncludes(assertThrows(read, ExperimentError).message, "nested too deeply");
  });
}
