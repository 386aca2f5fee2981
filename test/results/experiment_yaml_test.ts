import { assertEquals } from "@std/assert";
import { parseExperiment } from "../../src/experiment/parse.ts";
import { experimentYaml } from "../../src/results/experiment_yaml.ts";

/** Texts that YAML, or the reader of experiments, takes for something else where they stand without quotes. */
const NASTY = [
  "\u201cgood\u201d",
  "\u00abgut\u00bb",
  "\u00a0good",
  "good\u200b",
  "\ufeffgood",
  "<<",
  "~",
  "null",
  "1.0",
  "0x1F",
  "true",
  "a # b",
  "a: b",
  ": a",
  "- a",
  "*a",
  "&a",
  "!a",
  "%a",
  "@a",
  " a ",
  "a\n b\r\nc\td\n",
  "---",
  "'a\" b\\",
  "\ud800",
  "\u2028a\u0085",
  "cafe\u0301",
  "__proto__",
  "word ".repeat(40),
];

for (const text of NASTY) {
  Deno.test(`an experiment with ${JSON.stringify(text)} is written as one that reads the same`, () => {
    const given = {
      name: "x",
      description: text,
      model: { source: text },
      dataset: { file: "a.csv", labels: Object.fromEntries([["1", text], [text, null], ["2", "b"]]) },
      prompt: {
        kind: "soft",
        template: `${text}{prompt} {text}${text}{mask}`,
        initialization: { from: "text", text },
      },
      verbalizer: Object.fromEntries([[text, [text]], ["b", ["good"]]]),
      training: { optimizer: { learningRate: 1e-7 } },
      evaluation: { samples: [{ text, label: text }] },
    };
    const experiment = parseExperiment(JSON.stringify(given), "x.yaml");
    const bytes = new TextEncoder().encode(experimentYaml(experiment));
    assertEquals(parseExperiment(new TextDecoder().decode(bytes), "written.yaml"), experiment);
  });
}

Deno.test("numbers of many digits and a split that brings validation are written to be read again", () => {
  const experiment = parseExperiment(
    `{ name: x, model: { source: m }, dataset: { file: a.csv }, verbalizer: { a: [b], c: [d] },
       prompt: { kind: soft, template: "{prompt} {text} {mask}" }, training: { clipNorm: 1e20 } }`,
    "x.yaml",
  );
  assertEquals(parseExperiment(experimentYaml(experiment), "written.yaml"), experiment);
});

Deno.test("words that need no quotes have none", () => {
  const experiment = parseExperiment(
    `{ name: x, model: { source: ../models/m }, dataset: { name: rt-polarity }, verbalizer: { a: [b], c: [d] },
       prompt: { kind: hard, template: "It was {mask}, {text}" } }`,
    "x.yaml",
  );
  assertEquals(experimentYaml(experiment).includes("template: It was {mask}, {text}\n"), true);
  assertEquals(experimentYaml(experiment).includes("source: ../models/m\n"), true);
});
