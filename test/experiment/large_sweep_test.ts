import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { ExperimentError } from "../../src/base/errors.ts";
import { parseVariants } from "../../src/experiment/sweep.ts";

const BASE = `name: x
model: { source: m }
dataset: { name: rt-polarity }
prompt: { kind: soft, template: "{prompt} {text} it was {mask} ." }
verbalizer: { negative: [bad], positive: [good] }
`;
const list = (length: number) => `[${Array.from({ length }, (_, i) => i).join(", ")}]`;
const lines = (length: number, line: (i: number) => string) =>
  Array.from({ length }, (_, i) => line(i)).join("\n");
const problems = (text: string) =>
  assertThrows(() => parseVariants(BASE + text, "x.yaml"), ExperimentError).message.split("\n");

Deno.test("variants share what they do not set, so that thousands of them take little", () => {
  const words = lines(1000, (i) => `    - word${i}`);
  const text = BASE.replace("[good] }", "[good] }\ntraining: { epochs: 2 }").replace(
    "{ negative: [bad], positive: [good] }",
    `\n  negative:\n${words}\n  positive: [good]`,
  );
  const variants = parseVariants(`${text}sweep: { seed: ${list(2000)} }\n`, "x.yaml");
  assertEquals([variants.length, variants.at(-1)!.experiment.seed], [2000, 1999]);
  for (const { experiment } of variants) {
    assertStrictEquals(experiment.verbalizer, variants[0]!.experiment.verbalizer);
  }
});

Deno.test("the runs of a sweep are counted before they are made, and too many are refused with their number", () => {
  const keys = (count: number, values: number) =>
    `sweep: { ${lines(count, (i) => `verbalizer.w${i}: ${list(values)},`).replaceAll("\n", " ")} }`;
  const most = "and a file may ask for 20,000 at most: leave values out, or divide them among several files";
  assertEquals(problems(keys(12, 10)), [`x.yaml:6:1: these are 1,000,000,000,000 runs, ${most}`]);
  assertEquals(problems(keys(80, 2)), [
    `x.yaml:6:1: these are ${(2n ** 80n).toLocaleString("en")} runs, ${most}`,
  ]);
  const variants = lines(150, (i) => `  v${i}: { training.batchSize: ${i + 1} }`);
  assertEquals(problems(`variants:\n${variants}\nsweep: { seed: ${list(150)} }`), [
    `x.yaml:157:1: these are 22,500 runs, ${most}`,
  ]);
});

Deno.test("runs that repeat a long file too often are refused with the number of their values", () => {
  const samples = lines(1100, () => "    - { text: a }");
  const [only, ...others] = problems(
    `sweep: { seed: ${list(100)}, training.logEvery: ${list(100)} }\nevaluation:\n  samples:\n${samples}`,
  );
  assertEquals([only!.startsWith("x.yaml:6:1: these are 10,000 runs with 22,"), others], [true, []]);
});

Deno.test("of thousands of problems the first fifty are listed, and the others counted", () => {
  const unknown = lines(5000, (i) => `unknown${i}: ${i}`);
  const found = problems(unknown);
  assertEquals([found.length, found.at(-1)], [51, "x.yaml: and 4950 more"]);
  const swept = problems(`sweep: { seed: [0, 1, 2] }\n${unknown}`);
  assertEquals([swept.length, swept.at(-1)], [51, "x.yaml: and at least 4950 more"]);
});

Deno.test("exclusions are found by their values, whatever the order of their keys", () => {
  const exclude = lines(2999, (i) => `  - { seed: ${i}, training.batchSize: 8 }`);
  const text = `${BASE}sweep: { training.batchSize: [8], seed: ${list(3000)} }\nexclude:\n${exclude}\n`;
  assertEquals(parseVariants(text, "x.yaml").map(({ name }) => name), ["batchSize=8,seed=2999"]);
  assertEquals(problems("sweep: { seed: [1, 2] }\nexclude: [{ seed: 2 }, { seed: 2 }, { seed: 3 }]"), [
    "x.yaml:7:37: this entry of 'exclude' matches no variant: correct or remove it",
  ]);
});

Deno.test("a message is cut where a key of a file is enormous", () => {
  const [only] = problems(`? ${"a".repeat(1e6)}\n: 1`);
  assertEquals([only!.startsWith("x.yaml:6:3: unknown key 'aaa"), only!.length < 1100], [true, true]);
  assertEquals(problems(`sweep:\n  ? ${"a.".repeat(5e5)}a\n  : [1]`), [
    "x.yaml:7:5: no key lies 500001 keys deep",
  ]);
});
