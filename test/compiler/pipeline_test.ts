import { assert, assertEquals } from "@std/assert";
import { RandomStream } from "../../src/base/random_stream.ts";
import { separateEqualWeights } from "../../src/compiler/frontend/equal_weights.ts";
import { readOnnxFile } from "../../src/compiler/frontend/onnx_file.ts";
import { parametersOf } from "../../src/compiler/frontend/parameters.ts";
import {
  emission,
  lowerForTarget,
  type LoweringTarget,
  type Purpose,
} from "../../src/compiler/lower_for_target.ts";
import { WeightInputs } from "../../src/compiler/passes/model_tuning.ts";
import type { Pass, StagedGraph } from "../../src/compiler/passes/pass.ts";
import { checkOrder, noGraph, PassOrderError, runPasses } from "../../src/compiler/passes/run_passes.ts";
import {
  feedWeightsTo,
  frontend,
  modelStep,
  NARROW_TO_CLASSES,
  NARROW_TO_WORDS,
  optimizerAlone,
  promptStep,
  READ_ANSWER,
  readEmbeddings,
  splicePrompt,
  textStep,
} from "../../src/compiler/pipeline.ts";
import { READ_NEXT, READ_TARGETS, SCORE_TARGETS } from "../../src/compiler/text_pipeline.ts";
import { familyModel } from "./family_step.ts";

const PATH = familyModel("bert-traced-opset18");
const FILE = separateEqualWeights(readOnnxFile(await Deno.readFile(PATH), PATH));
const WEIGHTS = new WeightInputs(parametersOf(FILE));
const CPU: LoweringTarget = { target: "cpu", precision: "float32" };
const WEBGPU: LoweringTarget = { target: "webgpu", precision: "float16" };

const FRONTEND = frontend(FILE);
const SPLICE = splicePrompt("embedding-output", "one");
const FED = [...FRONTEND, READ_ANSWER, NARROW_TO_CLASSES, feedWeightsTo(WEIGHTS)];
const CLASSES = [...FRONTEND, SPLICE, READ_ANSWER, NARROW_TO_CLASSES];

/** The steps of a prompt in both precisions, and of the model. */
const STEPS: readonly (readonly Pass[])[] = [
  promptStep("plain", "adamw", CPU),
  promptStep("plain", "adamw", WEBGPU),
  modelStep("plain", "adamw", WEIGHTS),
];

/** A whole pipeline, from a file to a graph that is written. */
interface Pipeline {
  readonly passes: readonly Pass[];
  readonly to: LoweringTarget;
  readonly purpose: Purpose;
}

const PIPELINES: Readonly<Record<string, Pipeline>> = {
  "step of a prompt": pipeline([...CLASSES, ...STEPS[0]!], CPU, "train"),
  "step of a prompt on WebGPU": pipeline([...CLASSES, ...STEPS[1]!], WEBGPU, "train"),
  "step of the model": pipeline([...FED, ...STEPS[2]!], CPU, "train"),
  "embeddings": pipeline([...FRONTEND, readEmbeddings("word-embeddings")], CPU, "embed"),
  "logits of all words": pipeline([...FRONTEND, READ_ANSWER, NARROW_TO_WORDS], WEBGPU, "answer"),
  "step of a prompt with texts": pipeline(
    [...FRONTEND, SPLICE, ...READ_TARGETS, ...textStep("adamw", "float16")],
    WEBGPU,
    "train",
  ),
  "scores of texts": pipeline([...FRONTEND, ...READ_TARGETS, SCORE_TARGETS], CPU, "answer"),
  "logits of the next word": pipeline([...FRONTEND, ...READ_NEXT], CPU, "answer"),
  "update": pipeline([optimizerAlone("adamw", 8)], CPU, "train"),
};

function pipeline(passes: readonly Pass[], to: LoweringTarget, purpose: Purpose): Pipeline {
  return { passes: [...passes, ...lowerForTarget(to)], to, purpose };
}

/** Runs each pass on each graph once. */
class Runner {
  private readonly after = new Map<string, StagedGraph>();
  private readonly ids = new Map<Pass, number>();

  run(passes: readonly Pass[]): StagedGraph {
    if (passes.length === 0) return noGraph(PATH);
    const key = passes.map((pass) => this.id(pass)).join();
    const made = this.after.get(key) ??
      runPasses(this.run(passes.slice(0, -1)), passes.slice(-1), { verify: true });
    this.after.set(key, made);
    return made;
  }

  private id(pass: Pass): number {
    const id = this.ids.get(pass) ?? this.ids.size;
    this.ids.set(pass, id);
    return id;
  }
}

const runner = new Runner();

/** Whether the order is allowed, before anything runs. */
function isAllowed(passes: readonly Pass[]): boolean {
  try {
    checkOrder(noGraph(PATH).holds, passes);
    return true;
  } catch (error) {
    if (error instanceof PassOrderError) return false;
    throw error;
  }
}

/** All orders that differ from one by a pass that is left out, said twice or moved, or by two that change places. */
function* changed(passes: readonly Pass[]): Generator<readonly Pass[]> {
  for (const [i, pass] of passes.entries()) {
    const rest = passes.toSpliced(i, 1);
    yield rest;
    for (let at = 0; at <= passes.length; at++) yield passes.toSpliced(at, 0, pass);
    for (let at = 0; at < passes.length; at++) yield rest.toSpliced(at, 0, pass);
    for (let at = 0; at < i; at++) yield passes.with(i, passes[at]!).with(at, pass);
  }
}

for (const [name, { passes, to, purpose }] of Object.entries(PIPELINES)) {
  Deno.test(`${name}: passes in another order are refused before they run, or make a well-formed graph`, () => {
    checkOrder(runner.run(passes).holds, [emission(to, purpose)]);
    const allowed = [...changed(passes)].filter(isAllowed);
    for (const order of allowed) runner.run(order);
  });
}

Deno.test("whatever passes follow each other as their contracts allow, each makes a well-formed graph", () => {
  const pool = [...new Set([...CLASSES, ...FED, NARROW_TO_WORDS, ...STEPS.flat()])];
  const stream = new RandomStream(0, "orders");
  const run = new Set<Pass>();
  for (let walk = 0; walk < 30; walk++) {
    const order: Pass[] = [];
    for (let step = 0; step < 24; step++) {
      const next = pool.filter((pass) => isAllowed([...order, pass]));
      if (next.length > 0) order.push(next[stream.integer(next.length)]!);
    }
    runner.run(order);
    for (const pass of order) run.add(pass);
  }
  assertEquals(pool.filter((pass) => !run.has(pass)).map(({ name }) => name), []);
});

/** Orders that a pass fails on, and the pass that is refused. */
const REFUSED: Readonly<Record<string, readonly [readonly Pass[], string]>> = {
  "an answer that is read twice": [[...FRONTEND, READ_ANSWER, READ_ANSWER], "read answer"],
  "a prompt after the answer": [[...FRONTEND, READ_ANSWER, SPLICE], "splice"],
  "embeddings before the answer": [
    [...FRONTEND, readEmbeddings("embedding-output"), READ_ANSWER],
    "read answer",
  ],
  "the loss of all words": [
    [...FRONTEND, SPLICE, READ_ANSWER, NARROW_TO_WORDS, ...promptStep("plain", "sgd", CPU)],
    "add loss",
  ],
  "a second step": [
    [...CLASSES, ...promptStep("plain", "sgd", CPU), ...promptStep("plain", "sgd", CPU)],
    "add loss",
  ],
  "an optimizer of a prompt after the gradients of weights": [
    [
      ...CLASSES,
      feedWeightsTo(WEIGHTS),
      ...STEPS[2]!.slice(0, 2),
      ...STEPS[0]!.slice(3),
    ],
    "optimizer",
  ],
  "two updates": [[optimizerAlone("sgd", 8), optimizerAlone("sgd", 8)], "optimizer"],
};

for (const [what, [order, refused]] of Object.entries(REFUSED)) {
  Deno.test(`${what}: the pass is refused by name`, () => {
    const message = assertPassOrder(() => runPasses(noGraph(PATH), order));
    assert(message.startsWith(`pass '${refused}' `), message);
  });
}

Deno.test("a gradient is unscaled once, before it is written", () => {
  const { passes, to } = PIPELINES["step of a prompt on WebGPU"]!;
  const at = passes.findIndex(({ name }) => name === "unscale gradient");
  const without = passes.filter(({ name }) => name !== "unscale gradient" && name !== "optimizer");
  assert(isAllowed(without));
  assertEquals(
    assertPassOrder(() => checkOrder(noGraph(PATH).holds, [...without, emission(to, "train")])).slice(0, 42),
    "pass 'emit' requires 'gradient unscaled', ",
  );
  assertEquals(
    assertPassOrder(() => checkOrder(noGraph(PATH).holds, passes.toSpliced(at, 0, passes[at]!))),
    "pass 'unscale gradient' ensures 'gradient unscaled', which holds before it",
  );
});

/** Graphs that must not be written, and what they lack. */
const UNFIT: Readonly<Record<string, readonly [readonly Pass[], LoweringTarget, Purpose, string]>> = {
  "half precision for float32": [
    [...CLASSES, ...lowerForTarget(WEBGPU)],
    {
      target: "webgpu",
      precision: "float32",
    },
    "answer",
    "full precision",
  ],
  "a step without its optimizer": [
    [...CLASSES, ...STEPS[0]!.filter(({ name }) => name !== "optimizer"), ...lowerForTarget(CPU)],
    CPU,
    "train",
    "updated",
  ],
  "an answer with all that it does not need": [
    [...FRONTEND, SPLICE, READ_ANSWER, ...lowerForTarget(CPU)],
    CPU,
    "answer",
    "narrowed",
  ],
};

for (const [what, [passes, to, purpose, property]] of Object.entries(UNFIT)) {
  Deno.test(`${what}: it is not written`, () => {
    const message = assertPassOrder(() =>
      checkOrder(noGraph(PATH).holds, [...passes, emission(to, purpose)])
    );
    assert(message.startsWith(`pass 'emit' requires '${property}'`), message);
  });
}

Deno.test("the batch's sum is hoisted before the optimizer", () => {
  const hoist = STEPS[0]!.find(({ name }) => name === "hoist batch sum")!;
  const late = [...CLASSES, ...STEPS[0]!.filter((pass) => pass !== hoist), hoist];
  assertEquals(
    assertPassOrder(() => checkOrder(noGraph(PATH).holds, late)).slice(0, 46),
    "pass 'hoist batch sum' requires 'not updated',",
  );
});

/** The message of the error that passes are in a wrong order. */
function assertPassOrder(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof PassOrderError) return error.message;
    throw error;
  }
  throw new Error("the order is not refused");
}
