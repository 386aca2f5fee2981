import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ExperimentError } from "../../src/base/errors.ts";
import { parseOverride } from "../../src/experiment/override.ts";
import { parseExperiment } from "../../src/experiment/parse.ts";
import { promptLength } from "../../src/experiment/prompt_vectors.ts";
import { valueAt } from "../../src/experiment/key_path.ts";
import { DEFAULTS } from "../../src/experiment/experiment_file.ts";
import { EXPERIMENT_SCHEMA } from "../../src/experiment/schema_part.ts";

const SOFT = `name: x
model: { source: m }
dataset: { name: rt-polarity }
prompt: { kind: soft, template: "{prompt} {text} it was {mask} ." }
verbalizer: { negative: [bad], positive: [good] }
`;

function problems(text: string): string[] {
  const error = assertThrows(() => parseExperiment(text, "rt.yaml"), ExperimentError);
  return error.message.split("\n");
}

Deno.test("an experiment is resolved with every default written out", () => {
  assertEquals(parseExperiment(SOFT, "rt.yaml"), {
    name: "x",
    model: { source: "m", file: "onnx/model.onnx" },
    dataset: { name: "rt-polarity", clean: "none", split: "textcnn", validation: 0.1 },
    prompt: {
      kind: "soft",
      length: 20,
      insertion: "embedding-output",
      initialization: { from: "vocabulary", top: 5000 },
      template: "{prompt} {text} it was {mask} .",
    },
    verbalizer: { negative: ["bad"], positive: ["good"] },
    multiTokenWords: "error",
    tune: "prompt",
    training: {
      optimizer: { name: "adamw", learningRate: 0.03, weightDecay: 0.01 },
      schedule: { name: "linear", warmupSteps: 0 },
      batchSize: 32,
      accumulate: 1,
      epochs: 5,
      clipNorm: 1,
      logEvery: 10,
    },
    evaluation: { batchSize: 64, samples: [] },
    precision: "float32",
    device: "auto",
    seed: 0,
    semantics: 2,
  });
});

Deno.test("the schema names the defaults that are written out", () => {
  const resolved = parseExperiment(SOFT, "rt.yaml") as unknown as Record<string, unknown>;
  const walk = (part: Record<string, unknown>, value: unknown, path: string) => {
    if (typeof part.default === "object" || path.endsWith("range") || path.startsWith(".dataset.split")) {
      return;
    }
    if (part.default !== undefined && value !== undefined) assertEquals(value, part.default, path);
    for (
      const [key, inner] of Object.entries((part.properties ?? {}) as Record<string, Record<string, unknown>>)
    ) {
      walk(inner, (value as Record<string, unknown> | undefined)?.[key], `${path}.${key}`);
    }
  };
  walk({ ...EXPERIMENT_SCHEMA }, resolved, "");
});

Deno.test("the defaults that are not written out are those that the pages name, and those of keys that have no meaning there", () => {
  const resolved = parseExperiment(
    SOFT.replace(/^dataset:.*$/m, "dataset: { file: a.csv, split: { test: 0.2 } }"),
    "rt.yaml",
  );
  const absent = Object.entries(DEFAULTS).flatMap(([path, defaults]) => {
    const holder = path === "experiment" ? resolved : valueAt(resolved, path.split("."));
    return holder === undefined
      ? []
      : Object.keys(defaults).filter((key) => valueAt(holder, [key]) === undefined).map((key) =>
        `${path}.${key}`
      );
  });
  const named = [
    "dataset.encoding",
    "dataset.missing",
    "dataset.others",
    "evaluation.transfer",
    "evaluation.calibrate",
  ];
  const ofOthers = [
    "model.revision",
    "model.dtype",
    "dataset.revision",
    "dataset.split.of",
    "prompt.initialization.range",
    "training.optimizer.factored",
    "evaluation.contentFree",
    "evaluation.validateOn",
    "prompt.examples",
  ];
  assertEquals(absent.toSorted(), [...named, ...ofOthers].toSorted());
});

Deno.test("all errors of a file come at once, each with its place, its value and the way out", () => {
  assertEquals(
    problems(`name: x
modle: {source: a}
dataset: { name: rt-polarity, split: textcn, shots: 0 }
prompt:
  kind: sofd
  lenght: 20
  template: "{prompt} {text}"
verbalizer: { negative: [bad], positive: good }
training: { optimizer: { learningRate: fast } }
seed: -1
device: gpu
`),
    [
      "rt.yaml:1:1: there is no 'model'",
      "rt.yaml:2:1: unknown key 'modle'; did you mean 'model'? (allowed: name, description, model, dataset, prompt, answer, verbalizer, multiTokenWords, tune, training, ensemble, evaluation, precision, device, seed, semantics, search, sweep, exclude, variants)",
      "rt.yaml:3:38: 'dataset.split' must be textcnn, got \"textcn\"; did you mean 'textcnn'?",
      "rt.yaml:3:53: 'dataset.shots' must be at least 1, got 0",
      "rt.yaml:5:9: 'prompt.kind' must be one of soft, hard, got \"sofd\"; did you mean 'soft'?",
      "rt.yaml:6:3: unknown key 'lenght' in 'prompt'; did you mean 'length'? (allowed: kind, template, examples, length, insertion, initialization)",
      "rt.yaml:8:42: 'verbalizer.positive' must be an array, got \"good\": write a list, [good]",
      "rt.yaml:9:40: 'training.optimizer.learningRate' must be a number, got \"fast\"",
      "rt.yaml:10:7: 'seed' must be at least 0, got -1",
      "rt.yaml:11:9: 'device' must be one of auto, webgpu, cpu, wasm, cuda, got \"gpu\"; did you mean 'cpu'?",
    ],
  );
});

Deno.test("a value where a list of certain words is needed is answered with these words", () => {
  const [message] = problems(`name: x
model: { source: a }
dataset: { name: rt-polarity }
prompt: { kind: soft, template: "{prompt} {text} {mask}" }
verbalizer: { negative: [bad], positive: [good] }
evaluation: { calibrate: true }
`);
  assertEquals(
    message,
    "rt.yaml:6:26: 'evaluation.calibrate' must be an array, got true: write a list of contextual, temperature, or of some of them",
  );
});

Deno.test("an unknown key that belongs in another place is answered with its path", () => {
  const [best, rate] = problems(`name: x
model: { source: a }
dataset: { name: rt-polarity }
prompt: { kind: soft, template: "{prompt} {text} {mask}" }
verbalizer: { negative: [bad], positive: [good] }
training: { learningRate: 1 }
best: loss
`).toSorted().toReversed();
  assertStringIncludes(best!, "unknown key 'best'; did you mean 'training.best'? (allowed: name,");
  assertStringIncludes(
    rate!,
    "'learningRate' in 'training'; did you mean 'training.optimizer.learningRate'?",
  );
});

Deno.test("rules that join several keys are checked too", () => {
  assertEquals(
    problems(`name: x
model: { source: a }
dataset: { name: rt-polarity, text: body }
prompt:
  kind: hard
  length: 20
  template: "{text} is {answer}"
verbalizer: { negative: [bad], positive: [good, bad] }
training: { epochs: 2, steps: 5 }
evaluation: { samples: [{ text: a, label: neutral }] }
`),
    [
      "rt.yaml:3:37: 'dataset.text' goes with a 'file', a 'source' or a 'split' by files, not with a 'name'",
      "rt.yaml:6:11: 'prompt.length' belongs to a soft prompt: remove it, or set 'prompt.kind: soft'",
      "rt.yaml:7:13: unknown placeholder '{answer}' (allowed: {text}, {mask}, {prompt}, {prompt:N}; other columns need a dataset of your own)",
      "rt.yaml:8:49: 'bad' already stands for 'negative': a word can stand for one class only",
      "rt.yaml:9:11: nothing is trained here: remove 'training', or set 'tune: all' to tune the model, or 'prompt.kind: soft'",
      "rt.yaml:9:31: 'training' takes 'epochs' or 'steps', not both",
      "rt.yaml:10:43: 'neutral' is not a class of the verbalizer (negative, positive)",
    ],
  );
});

Deno.test("early stopping needs a validation set, from the training examples or from the split", () => {
  const stopping = (dataset: string) =>
    SOFT.replace("{ name: rt-polarity }", dataset) + "training: { earlyStopping: { patience: 2 } }\n";
  assertEquals(problems(stopping("{ name: rt-polarity, validation: 0 }")), [
    "rt.yaml:6:28: 'earlyStopping' needs a validation set: set 'dataset.validation' above 0",
  ]);
  parseExperiment(
    stopping("{ name: rt-polarity, validation: 0, split: { test: 0.1, validation: 0.1 } }"),
    "rt.yaml",
  );
  parseExperiment(stopping("{ name: reviews-demo, validation: 0 }"), "rt.yaml");
});

Deno.test("a file that is not YAML is refused with the place", () => {
  assertEquals(problems("name: [x\nmodel: y\n")[0]!.startsWith("rt.yaml:2:"), true);
});

Deno.test("a file that holds no experiment is refused", () => {
  const keys = "an experiment has 'name', 'model', 'dataset', …";
  assertEquals(problems(""), [`rt.yaml:1:1: the file is empty: ${keys}`]);
  assertEquals(problems("- a\n"), [`rt.yaml:1:1: the file holds no keys: ${keys}`]);
});

Deno.test("keys can be set to other values, and are checked like the file's own", () => {
  const experiment = parseExperiment(SOFT, "rt.yaml", [
    parseOverride("seed=3"),
    parseOverride("prompt.length=5"),
  ]);
  assertEquals([experiment.seed, promptLength(experiment.prompt)], [3, 5]);
  assertThrows(
    () => parseExperiment(SOFT, "rt.yaml", [parseOverride("prompt.lenght=5")]),
    ExperimentError,
    "did you mean 'length'?",
  );
});

Deno.test("class weights are 'balanced' or a number above 0 for classes of the verbalizer", () => {
  const weights = (value: string) => `${SOFT}training: { classWeights: ${value} }\n`;
  const read = (value: string) => parseExperiment(weights(value), "rt.yaml").training!.classWeights;
  assertEquals([read("balanced"), read("{ positive: 2.5 }")], ["balanced", { positive: 2.5 }]);
  assertEquals(problems(weights("{ neutral: 2 }")), [
    "rt.yaml:6:38: 'neutral' is not a class of the verbalizer (negative, positive)",
  ]);
  assertEquals(problems(weights("{ positive: 0 }")), [
    "rt.yaml:6:39: 'training.classWeights.positive' must be more than 0, got 0",
  ]);
  assertEquals(problems(weights("{ positive: 1e300 }")), [
    "rt.yaml:6:39: 'training.classWeights.positive' must be at most 1000000, got 1e+300",
  ]);
  assertEquals(problems(weights("even")), [
    "rt.yaml:6:27: 'training.classWeights' must be balanced, got \"even\"",
  ]);
});

Deno.test("shares that add up to more than all are refused", () => {
  const shares = SOFT.replace("name: rt-polarity", "file: a.csv, split: { test: 0.9, validation: 0.2 }");
  assertEquals(problems(shares), [
    "rt.yaml:3:32: the shares of the test set and the validation set add up to 1.1, more than 1: lower one of them",
  ]);
  parseExperiment(shares.replace("0.2", "0.1"), "rt.yaml");
});
