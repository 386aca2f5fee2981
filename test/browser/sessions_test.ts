import { assertEquals, assertRejects, fail } from "@std/assert";
import { SentenceClassifier } from "../../src/browser/classify.ts";
import type { GraphName, ServedRun } from "../../src/browser/served_run.ts";
import { tuneInBrowser } from "../../src/browser/tune.ts";
import { numberLimitsAt } from "../../src/experiment/schema_part.ts";
import { FakeDevice, graphOf } from "../run/fake_device.ts";

const GRAPHS: readonly GraphName[] = ["predict", "hard", "embed", "train", "update"];

/** A run whose graphs are numbered as above. */
const RUN = {
  about: {
    card: { kind: "masked" },
    limits: {
      length: numberLimitsAt("prompt.length"),
      steps: numberLimitsAt("training.steps"),
      learningRate: numberLimitsAt("training.optimizer.learningRate"),
      seed: numberLimitsAt("seed"),
      heldOut: { type: "integer", minimum: 0, maximum: 90 },
    },
    training: {},
    multiTokenWords: "error",
    initialization: { from: "random", range: 0.5 },
    facts: {},
    dimension: 4,
    verbalizer: {},
  },
  tokenizer: {
    padId: 0,
    knows: () => true,
    encode: (word: string) => [word.length],
    tokenOf: String,
    model: { words: 100 },
  },
  encoder: () => ({ encode: () => ({ truncated: 0 }) }),
  graph: (name: GraphName) => Promise.resolve(graphOf(GRAPHS.indexOf(name))),
} as unknown as ServedRun;

Deno.test("a page's classifier that does not open releases what it has opened", async () => {
  const device = new FakeDevice();
  device.failing.push(GRAPHS.indexOf("hard"));
  await assertRejects(() => SentenceClassifier.open(RUN, device, fail), Error, "does not open");
  assertEquals(device.events, ["open 0", "release 0"]);
});

Deno.test("tuning in a page that does not begin releases what it has opened", async () => {
  const device = new FakeDevice();
  device.failing.push(GRAPHS.indexOf("update"));
  const tuning = tuneInBrowser(RUN, device, {
    classes: "bad: no\ngood: yes",
    table: "text\tlabel\nfine\tgood\ndull\tbad\n",
    length: 1,
    steps: 1,
    learningRate: 1,
    seed: 0,
    heldOut: 0,
    signal: new AbortController().signal,
    note: fail,
  });
  await assertRejects(() => tuning.next(), Error, "does not open");
  assertEquals(device.events, ["open 2", "release 2", "open 3", "release 3"]);
});
