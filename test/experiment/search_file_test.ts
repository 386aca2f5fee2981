import { assertEquals, assertThrows } from "@std/assert";
import { ExperimentError, InputError } from "../../src/base/errors.ts";
import { ExperimentDocument } from "../../src/experiment/document.ts";
import { parseOverride } from "../../src/experiment/override.ts";
import { SearchFile } from "../../src/experiment/search_file.ts";
import { parseVariants } from "../../src/experiment/sweep.ts";

/** A file whose 'search' begins in line 8, with some keys in line 7. */
const written = (search: string, more = "") =>
  `name: x
model: { source: m }
dataset: { name: rt-polarity, split: textcnn }
prompt: { kind: soft, template: "{prompt} {text} {mask}" }
verbalizer: { a: [bad], b: [good] }
training: { epochs: 4 }
${more}
search:
${search.split("\n").map((line) => `  ${line}`).join("\n")}
`;

const parsed = (search: string, more?: string, ...set: readonly string[]) =>
  new SearchFile(new ExperimentDocument(written(search, more), "x.yaml"), set.map(parseOverride));

const problems = (search: string, more?: string) =>
  assertThrows(() => parsed(search, more), ExperimentError).message.split("\n");

const BUDGET = "budget: { runs: 1 }";
const RATE = "training.optimizer.learningRate";

Deno.test("a search has a space, a budget, and defaults for the rest", () => {
  const search = parsed(`prompt.length: [1, 5]\n${RATE}: { from: 0.001, to: 1, scale: log }\n${BUDGET}`);
  assertEquals(search.axes.map(({ key, kind }) => [key, kind]), [["prompt.length", "choice"], [
    RATE,
    "range",
  ]]);
  const { name, method, metric, freshSeeds, budget } = search;
  assertEquals({ name, method, metric, freshSeeds, budget }, {
    name: "x",
    method: "halving",
    metric: "accuracy",
    freshSeeds: [1, 2, 3],
    budget: { runs: 1 },
  });
  assertEquals(parsed(`prompt.length: [1, 5]\n${BUDGET}\nseeds: 1`, "seed: 7").freshSeeds, [8]);
});

Deno.test("a configuration is the experiment with its values, named after them; a fresh seed takes the place of one that was set", () => {
  const search = parsed(`prompt.length: [1, 5]\n${BUDGET}`, "", "seed=4", "training.batchSize=8");
  const values = [{ path: ["prompt", "length"], value: 5 }];
  assertEquals(search.variant(values).name, "seed=4,batchSize=8,length=5");
  const { name, settings, experiment } = search.variant(values, 9);
  assertEquals(name, "batchSize=8,length=5,seed=9");
  assertEquals(settings, { "training.batchSize": 8, "prompt.length": 5, seed: 9 });
  assertEquals([experiment.seed, experiment.training.batchSize], [9, 8]);
});

Deno.test("an impossible value is reported with its place, at an end of a range, too", () => {
  assertEquals(problems(`prompt.length: [1, 0, x]\n${BUDGET}`), [
    "x.yaml:9:22: 'prompt.length' must be at least 1, got 0",
    `x.yaml:9:25: 'prompt.length' must be an integer, got "x"`,
  ]);
  const range = (text: string) => problems(`${RATE}: ${text}\n${BUDGET}`);
  assertEquals(range("{ from: -1, to: 3 }"), [`x.yaml:9:44: '${RATE}' must be more than 0, got -1`]);
  assertEquals(range("{ from: 1, to: 0.1 }"), ["x.yaml:9:51: 'to' must be more than 'from' (1), got 0.1"]);
  assertEquals(range("{ from: 0, to: 1, scale: log }"), [
    "x.yaml:9:44: a logarithmic range starts above 0, got 0: set 'from' above 0, or 'scale: linear'",
  ]);
  assertEquals(problems(`prompt.initialization.from: { from: 1, to: 2 }\n${BUDGET}`), [
    "x.yaml:9:31: 'prompt.initialization.from' takes no numbers: write a list of its values",
  ]);
  assertEquals(problems(`prompt.length: 5\n${BUDGET}`), [
    "x.yaml:9:18: 'search.prompt.length' must be an array, got 5: write a list, [5]",
  ]);
  assertEquals(
    problems(`prompt.lenght: [5]\n${BUDGET}`)[0]?.slice(0, 58),
    "x.yaml:9:19: unknown key 'lenght' in 'prompt'; did you mea",
  );
});

Deno.test("a budget is one of three, and not empty; a space neither", () => {
  assertEquals(problems("prompt.length: [1]\nbudget: {}"), [
    "x.yaml:10:11: 'search.budget' must have at least 1 key, got {}",
  ]);
  assertEquals(problems("prompt.length: [1]\nbudget: { runs: 0 }"), [
    "x.yaml:10:19: 'search.budget.runs' must be at least 1, got 0",
  ]);
  assertEquals(problems("prompt.length: [1]\nbudget: { runs: 1, steps: 9 }"), [
    `x.yaml:10:11: 'search.budget' must have at most 1 key, got {"runs":1,"steps":9}`,
  ]);
  assertEquals(problems("prompt.length: [1]"), ["x.yaml:9:3: 'search' lacks 'budget'"]);
  assertEquals(problems(BUDGET)[0]?.slice(0, 45), "x.yaml:8:1: 'search' has no key to search: ad");
});

Deno.test("a metric needs a validation set, and must be one that validations measure", () => {
  const space = `prompt.length: [1, 5]\n${BUDGET}`;
  const without = "dataset: { name: rt-polarity, split: textcnn, validation: 0 }";
  const text = written(`${space}\nmetric: accuracy`).replace(/^dataset: .*$/m, without);
  assertEquals(
    assertThrows(() => new SearchFile(new ExperimentDocument(text, "x.yaml"), []), ExperimentError).message,
    "x.yaml:11:3: a search compares runs on the validation set, and there is none: set 'dataset.validation' above 0",
  );
  assertEquals(problems(`${space}\nmetric: macroF1`), [
    "x.yaml:11:3: the runs do not measure 'macroF1' in their validations, where they choose their best prompts by 'accuracy': set 'training.best: macroF1'",
  ]);
  assertEquals(parsed(`${space}\nmetric: loss`).metric, "loss");
});

Deno.test("a key is swept, searched or set, but only one of these; the seed is not searched", () => {
  const space = `prompt.length: [1, 5]\n${BUDGET}`;
  assertEquals(problems(space, "sweep: { prompt.length: [2] }"), [
    "x.yaml:9:3: 'prompt.length' is swept and searched: leave one of them out",
  ]);
  assertEquals(problems(space, "sweep: { seed: [2] }"), [
    "x.yaml:7:1: a search draws its own runs, and 'sweep' asks for others: write values into 'search', or 'sweep' into a file of its own",
  ]);
  assertEquals(
    problems(`seed: [1, 2]\n${BUDGET}`)[0]?.slice(0, 47),
    "x.yaml:9:3: the best of several seeds is luck: ",
  );
  assertThrows(() => parsed(space, "", "prompt.length=3"), InputError, "the search of x.yaml draws this key");
  assertThrows(() => parseVariants(written(space), "x.yaml"), TypeError);
});
