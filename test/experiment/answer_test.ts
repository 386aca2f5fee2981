import { assertEquals, assertThrows } from "@std/assert";
import { parse } from "yaml";
import { ExperimentError } from "../../src/base/errors.ts";
import { parseOverride } from "../../src/experiment/override.ts";
import { parseExperiment } from "../../src/experiment/parse.ts";
import { readWritten } from "../../src/experiment/read_written.ts";
import { experimentYaml } from "../../src/results/experiment_yaml.ts";

/** Free texts: keys are replaced or, by `undefined`, removed. */
function file(changes: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({
    name: "x",
    model: { source: "acme/t5" },
    dataset: { file: "questions.jsonl", text: "question" },
    prompt: { kind: "soft", length: 5, template: "{prompt} question: {text} context: {context}" },
    answer: { kind: "text", target: "{answer}" },
    ...changes,
  });
}

const CLASSES = {
  answer: { kind: "text" },
  verbalizer: { negative: ["very bad"], positive: ["very good"] },
  dataset: { file: "a.csv" },
  prompt: { kind: "soft", length: 5, template: "{prompt} {text} it was" },
};
const GENERATED = { ...CLASSES, answer: { kind: "text", choose: "generate" } };

const read = (changes: Readonly<Record<string, unknown>>) => parseExperiment(file(changes), "x.yaml");

function problems(changes: Readonly<Record<string, unknown>>): string[] {
  const error = assertThrows(() => read(changes), ExperimentError);
  const lines: string[] = error.message.split("\n");
  return lines.map((line) => line.replace(/^x\.yaml:\d+:\d+: /, ""));
}

Deno.test("free texts are resolved with every default written out, and no key of a label column", () => {
  assertEquals<unknown>(read({}), {
    name: "x",
    model: { source: "acme/t5", file: "onnx/model.onnx" },
    dataset: {
      file: "questions.jsonl",
      text: "question",
      clean: "none",
      validation: 0.1,
      split: { test: 0.1, validation: 0.1, seed: 0 },
    },
    answer: { kind: "text", target: "{answer}" },
    prompt: {
      kind: "soft",
      length: 5,
      insertion: "embedding-output",
      initialization: { from: "vocabulary", top: 5000 },
      examples: 0,
      template: "{prompt} question: {text} context: {context}",
    },
    tune: "prompt",
    training: {
      optimizer: { name: "adamw", learningRate: 0.03, weightDecay: 0.01 },
      schedule: { name: "linear", warmupSteps: 0 },
      batchSize: 32,
      accumulate: 1,
      epochs: 5,
      clipNorm: 1,
      best: "exactMatch",
      logEvery: 10,
    },
    evaluation: {
      batchSize: 64,
      samples: [],
      metrics: ["exactMatch", "tokenF1", "rougeL", "perplexity"],
      validateOn: "metrics",
      generate: { maxTokens: 32, stop: [], beams: 1 },
    },
    precision: "float32",
    device: "auto",
    seed: 0,
    semantics: 2,
  });
});

Deno.test("classes by texts have no 'multiTokenWords', and only what is generated says how", () => {
  const likelihood = read({ ...CLASSES, evaluation: { calibrate: ["contextual"] } });
  assertEquals<unknown>(likelihood.answer, { kind: "text", choose: "likelihood", normalize: "none" });
  assertEquals<unknown>(likelihood.evaluation, {
    batchSize: 64,
    samples: [],
    metrics: ["accuracy", "macroF1", "perplexity"],
    validateOn: "metrics",
    calibrate: ["contextual"],
    contentFree: ["N/A", ""],
  });
  assertEquals("multiTokenWords" in likelihood, false);
  const generated = read({ ...GENERATED, evaluation: { generate: { maxTokens: 4, stop: ["\n"] } } });
  assertEquals<unknown>(generated.answer, { kind: "text", choose: "generate" });
  assertEquals<unknown>(generated.evaluation, {
    batchSize: 64,
    samples: [],
    metrics: ["accuracy", "macroF1", "exactMatch", "tokenF1", "rougeL", "perplexity"],
    validateOn: "metrics",
    generate: { maxTokens: 4, stop: ["\n"], beams: 1 },
  });
});

Deno.test("'kind: word' is today's way: it is resolved to the same bytes as without it", () => {
  const { answer: _, ...words } = CLASSES;
  const resolved = (answer: unknown) => JSON.stringify(read({ ...words, answer }));
  assertEquals(resolved({ kind: "word" }), resolved(undefined));
  assertEquals(resolved({}), resolved(undefined));
});

Deno.test("what a run with texts writes is read as the same again, also as a file", () => {
  const chat = { chat: [{ role: "user", content: "{prompt} {text}" }] };
  for (
    const changes of [
      {},
      CLASSES,
      GENERATED,
      { prompt: { kind: "hard", examples: 2, template: "{text} =" } },
      {
        prompt: { kind: "soft", length: 3, template: chat },
        training: { earlyStopping: { patience: 2 } },
      },
    ]
  ) {
    const text = experimentYaml(read(changes));
    assertEquals<unknown>(readWritten(parse(text)), parse(text));
    assertEquals<unknown>(parseExperiment(text, "x.yaml"), parse(text));
  }
});

Deno.test("the best is chosen by a metric that validations have", () => {
  const best = (changes: Readonly<Record<string, unknown>>) => {
    const { training } = read(changes);
    return training && "best" in training ? training.best : undefined;
  };
  assertEquals(best({ evaluation: { metrics: ["rougeL", "exactMatch"] } }), "rougeL");
  assertEquals(best({ evaluation: { metrics: ["perplexity"] } }), "loss");
  assertEquals(best({ evaluation: { validateOn: "loss" } }), "loss");
  assertEquals(best(CLASSES), "accuracy");
  assertEquals(best({ ...CLASSES, evaluation: { validateOn: "loss" } }), "loss");
  assertEquals(best({ training: { earlyStopping: { metric: "tokenF1" } } }), "tokenF1");
  assertEquals(best({ training: { best: "perplexity" } }), "perplexity");
});

const FREE = "here the answers are free texts ('answer.target'): leave it out, or change 'answer'";
const LIKELIHOOD = "here the answers are classes by likelihood ('answer.choose: likelihood')";

for (
  const [what, changes, message] of [
    ["texts of nothing", { answer: { kind: "text" } }, "there is no 'verbalizer', and no 'answer.target'"],
    ["no answer at all", { answer: undefined }, "there is no 'verbalizer'"],
    [
      "a target of words",
      { answer: { target: "{answer}" } },
      "'answer.target' goes with free texts ('answer.target'), and here the answers are words ('answer.kind: word'): set 'answer.kind: text'",
    ],
    [
      "a target beside a verbalizer",
      { ...CLASSES, answer: { kind: "text", target: "{answer}" } },
      `'answer.target' goes with free texts ('answer.target'), and ${LIKELIHOOD}: set 'answer.kind: text' and leave the verbalizer out`,
    ],
    [
      "a choice among words",
      { ...CLASSES, answer: { choose: "generate" } },
      "'answer.choose' goes with classes by likelihood",
    ],
    [
      "a choice without classes",
      { answer: { kind: "text", target: "{answer}", choose: "generate" } },
      `and ${FREE}`,
    ],
    ["a mean of what is generated", {
      ...GENERATED,
      answer: { kind: "text", choose: "generate", normalize: "tokens" },
    }, "'answer.normalize' goes with classes by likelihood"],
    [
      "words of several tokens",
      { ...CLASSES, multiTokenWords: "mean" },
      "'multiTokenWords' goes with words ('answer.kind: word')",
    ],
    [
      "a whole model",
      { ...CLASSES, tune: "all", prompt: { kind: "hard", template: "{text} it was" } },
      "(steps whose answers are texts have the model's weights as constants): leave it out and tune a prompt ('prompt.kind: soft'), or ask for words ('answer.kind: word')",
    ],
    [
      "a hard prompt that is trained",
      { prompt: { kind: "hard", template: "{text} it was" }, training: { epochs: 1 } },
      "nothing is trained here: remove 'training', or set 'prompt.kind: soft'",
    ],
    [
      "a hard prompt that is tuned",
      { prompt: { kind: "hard", template: "{text} it was" }, tune: "prompt" },
      "a hard prompt has no vectors to tune: set 'prompt.kind: soft'",
    ],
    ["vectors that start as classes", {
      prompt: { kind: "soft", template: "{prompt} {text}", initialization: { from: "labels" } },
    }, "'prompt.initialization.from: labels' goes with words"],
    [
      "weights of no classes",
      { training: { classWeights: "balanced" } },
      `'training.classWeights' goes with words`,
    ],
    ["a column of labels", { dataset: { file: "a.csv", label: "stars" } }, `'dataset.label' goes with words`],
    ["other labels", { dataset: { file: "a.csv", others: "drop" } }, "'dataset.others' goes with words"],
    [
      "labels elsewhere",
      { evaluation: { transfer: [{ file: "b.csv", labels: { a: "b" } }] } },
      "'evaluation.transfer.0.labels' goes with words",
    ],
    [
      "a sample's class",
      { evaluation: { samples: [{ text: "a", context: "b", label: "good" }] } },
      "'evaluation.samples.0.label' goes with words",
    ],
    [
      "an ensemble of texts",
      { ensemble: { runs: ["a", "b"] } },
      "(probabilities have a mean or a vote, generated texts have none): leave it out",
    ],
    [
      "calibration of texts",
      { evaluation: { calibrate: ["contextual"] } },
      "'evaluation.calibrate' goes with words",
    ],
    [
      "calibration of what is generated",
      { ...GENERATED, evaluation: { calibrate: ["temperature"] } },
      "'evaluation.calibrate' goes with words",
    ],
    [
      "generating for a likelihood",
      { ...CLASSES, evaluation: { generate: { maxTokens: 5 } } },
      "'evaluation.generate' goes with",
    ],
    [
      "metrics of words",
      { ...CLASSES, answer: undefined, evaluation: { metrics: ["accuracy"] } },
      "'evaluation.metrics' goes with",
    ],
    ["examples before words", {
      ...CLASSES,
      answer: undefined,
      prompt: { kind: "hard", template: "{text}", examples: 2 },
    }, "'prompt.examples' goes with"],
    ["a chat of words", {
      ...CLASSES,
      answer: undefined,
      prompt: { kind: "hard", template: { chat: [{ role: "user", content: "{text}" }] } },
    }, "'prompt.template.chat' goes with"],
    [
      "the accuracy of free texts",
      { evaluation: { metrics: ["accuracy"] } },
      "free texts ('answer.target') have no 'accuracy': choose among exactMatch, tokenF1, rougeL, perplexity",
    ],
    [
      "the exact match of a likelihood",
      { ...CLASSES, evaluation: { metrics: ["exactMatch"] } },
      "classes by likelihood ('answer.choose: likelihood') have no 'exactMatch': choose among accuracy, macroF1, perplexity",
    ],
    [
      "the best by what is not there",
      { training: { best: "macroF1" } },
      "free texts ('answer.target') have no 'macroF1': choose among exactMatch",
    ],
    [
      "words by texts",
      { ...CLASSES, answer: undefined, training: { earlyStopping: { metric: "rougeL" } } },
      "words ('answer.kind: word') have no 'rougeL': choose among accuracy, macroF1, loss",
    ],
    [
      "the best by what is not validated",
      { training: { best: "exactMatch" }, evaluation: { validateOn: "loss" } },
      "'evaluation.validateOn: loss' leaves 'exactMatch' out of validations: choose perplexity or loss, or set 'evaluation.validateOn: metrics'",
    ],
    [
      "a target without a column",
      { answer: { kind: "text", target: "yes" } },
      "the target must contain a column of the data, for example '{answer}'",
    ],
    [
      "vectors in a target",
      { answer: { kind: "text", target: "{prompt} {answer}" } },
      "'{prompt}' belongs into 'prompt.template'",
    ],
    ["a brace in a target", { answer: { kind: "text", target: "{answer} {" } }, "belongs to no placeholder"],
    [
      "the answer in the template",
      { answer: { kind: "text", target: "the {question}" } },
      "'{text}' in the template stands for the column 'question', of which 'answer.target' makes the right answer",
    ],
    ["answers of a built-in dataset", {
      dataset: { name: "reviews-demo" },
      prompt: { kind: "hard", template: "{text}" },
    }, "the built-in datasets have classes and no other answers"],
    [
      "a file without columns",
      { dataset: { file: "a.txt" } },
      "a .txt file has no columns that 'answer.target' could name",
    ],
    ["a mask in a chat", {
      prompt: { kind: "hard", template: { chat: [{ role: "user", content: "{text} {mask}" }] } },
    }, "a chat has no '{mask}'"],
    ["the assistant's last word", {
      prompt: {
        kind: "hard",
        template: { chat: [{ role: "user", content: "{text}" }, { role: "assistant", content: "Sure" }] },
      },
    }, "the last message of a chat is not the assistant's"],
    ["a chat without vectors", {
      prompt: { kind: "soft", template: { chat: [{ role: "user", content: "{text}" }] } },
    }, "a soft prompt needs '{prompt}' in the template"],
    [
      "a message without content",
      { prompt: { kind: "hard", template: { chat: [{ role: "user" }] } } },
      "'prompt.template.chat.0' lacks 'content'",
    ],
    [
      "a template without quotes",
      { prompt: { kind: "hard", template: { text: null } } },
      "unknown key 'text' in 'prompt.template' (allowed: chat): a string that starts like this needs quotes",
    ],
  ] as const
) {
  Deno.test(`${what}: a plain error`, () => {
    const found = problems(changes);
    assertEquals(
      found.filter((one) => one.startsWith(message) || one.includes(message)).length,
      1,
      found.join("\n"),
    );
  });
}

Deno.test("a template is set from the command line as words, or as a chat", () => {
  const value = (written: string) => parseOverride(`prompt.template=${written}`).value;
  assertEquals(value("{text}"), "{text}");
  assertEquals(value("{text} was {mask}"), "{text} was {mask}");
  assertEquals(value("1.0 # {text}"), "1.0 # {text}");
  const chat = { chat: [{ role: "user", content: "{text}" }] };
  assertEquals(value("{ chat: [{ role: user, content: '{text}' }] }"), chat);
  assertEquals(parseOverride("dataset.split={ test: 0.5 }").value, { test: 0.5 });
  assertEquals(parseOverride("dataset.split=textcnn").value, "textcnn");
});
