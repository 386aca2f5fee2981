import { assert, assertEquals, assertThrows } from "@std/assert";
import { CompileError } from "../../../src/compiler/graph/errors.ts";
import { importModel } from "../../../src/compiler/frontend/import.ts";
import { readOnnxFile } from "../../../src/compiler/frontend/onnx_file.ts";
import { relativeError } from "../graph_runner.ts";
import { type FileNode, type FileParts, importedAnswer, modelFile, untouchedAnswer } from "../untouched.ts";

const WEIGHTS = { words: [10, 6], pool: [6, 6], head: [6, 10] };
const HIDDEN: FileNode[] = [["Gather", ["words", "input_ids"], ["x"]], ["Tanh", ["x"], ["hidden"]]];
const SCORES: FileNode = ["MatMul", ["hidden", "head"], ["scores"]];

/** Checks that what is imported is one output of the file, seen as [texts, tokens, words]. */
function takes(name: string, parts: FileParts, output: string): void {
  Deno.test(`the logits are found: ${name}`, async () => {
    const bytes = modelFile({ weights: WEIGHTS, ...parts });
    const found = await importedAnswer(bytes);
    const expected = await untouchedAnswer(bytes, output);
    assertEquals(found.dims, [3, 4, expected.dims.at(-1)!]);
    assert(relativeError(found.data, expected.data) < 1e-6);
  });
}

function refuses(name: string, parts: FileParts, ...said: string[]): void {
  Deno.test(`no logits: ${name}`, () => {
    const bytes = modelFile({ weights: WEIGHTS, ...parts });
    for (const part of said) {
      assertThrows(() => importModel(readOnnxFile(bytes, "file.onnx")), CompileError, part);
    }
  });
}

takes("hidden states are the first output", {
  nodes: [...HIDDEN, SCORES],
  outputs: ["hidden", "scores"],
}, "scores");

takes("another head's logits are the first output", {
  nodes: [...HIDDEN, SCORES, ["ReduceMax", ["hidden"], ["pair_logits"], { axes: [1], keepdims: 0 }]],
  outputs: ["pair_logits", "scores"],
}, "scores");

takes("those of all tokens, where those of the last are there, too", {
  nodes: [...HIDDEN, SCORES, ["Gather", ["scores", "last"], ["last_logits"], { axis: 1 }]],
  integers: { last: -1 },
  outputs: ["last_logits", "scores"],
}, "scores");

takes("one row a token", {
  nodes: [...HIDDEN, SCORES, ["Reshape", ["scores", "rows"], ["logits"]]],
  integers: { rows: [-1, 10] },
}, "logits");

takes("a head padded to a multiple, beside hidden states", {
  nodes: [...HIDDEN, SCORES],
  weights: { ...WEIGHTS, head: [6, 16] },
  outputs: ["hidden", "scores"],
}, "scores");

takes("a scale at the end is the file's own", {
  nodes: [...HIDDEN, SCORES, ["Mul", ["scores", "temperature"], ["logits"]]],
  weights: { ...WEIGHTS, temperature: [1] },
}, "logits");

takes("the one called logits, beside another of their shape", {
  nodes: [...HIDDEN, SCORES, ["Neg", ["scores"], ["logits"]]],
  outputs: ["scores", "logits"],
}, "logits");

takes("one output under two names", {
  nodes: [...HIDDEN, SCORES, ["Identity", ["scores"], ["again"]]],
  outputs: ["scores", "again"],
}, "scores");

takes("scores beside the probabilities that are made of them", {
  nodes: [...HIDDEN, SCORES, ["Softmax", ["scores"], ["probabilities"], { axis: -1 }]],
  outputs: ["probabilities", "scores"],
}, "scores");

for (const [one, other] of [["out_a", "out_b"], ["lm_logits", "aux"], ["lm_logits", "prediction_logits"]]) {
  refuses(
    `two outputs of their shape, '${one}' and '${other}'`,
    {
      nodes: [...HIDDEN, ["MatMul", ["hidden", "head"], [one!]], ["Neg", [one!], [other!]]],
      outputs: [other!, one!],
    },
    "file.onnx gives several outputs that can be its logits: '",
    `'${one}' float32 [batch, sequence, 10]`,
    `'${other}' float32 [batch, sequence, 10]`,
    "rename the one that prompts are tuned for to 'logits', or export the model without the others",
  );
}

refuses(
  "two heads padded to a multiple",
  {
    nodes: [...HIDDEN, SCORES, ["Neg", ["scores"], ["other"]]],
    weights: { ...WEIGHTS, head: [6, 16] },
    outputs: ["other", "scores"],
  },
  "'other' float32 [batch, sequence, 16], 'scores' float32 [batch, sequence, 16]: rename",
);

refuses(
  "hidden states alone, as an encoder gives them",
  { nodes: HIDDEN, outputs: ["hidden"] },
  "file.onnx gives no logits [batch, sequence, vocabulary] over its 10 words but 'hidden' float32 [batch, sequence, 6]",
  "only the encoder of one such as T5",
  "export it with its language-model head",
);

refuses(
  "the classes of each token",
  { nodes: [...HIDDEN, ["MatMul", ["hidden", "head"], ["logits"]]], weights: { ...WEIGHTS, head: [6, 3] } },
  "'logits' float32 [batch, sequence, 3]: export",
);

refuses(
  "the best word and not the scores",
  {
    nodes: [...HIDDEN, SCORES, ["ArgMax", ["scores"], ["ids"], { axis: -1 }]],
    outputs: [],
    integerOutputs: ["ids"],
  },
  "but 'ids' int64 [batch, sequence, 1] by ArgMax",
);

refuses(
  "an output that cannot be imported is named with the reason",
  { nodes: [...HIDDEN, ["Mystery", ["hidden"], ["odd"]]], outputs: ["hidden", "odd"] },
  "'hidden' float32 [batch, sequence, 6], 'odd' (no row for operator Mystery of node 'node_2'",
);
