import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { assertEquals, assertThrows } from "@std/assert";
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  NodeProtoSchema,
  ValueInfoProtoSchema,
} from "onnx-buf";
import { readModelFiles } from "../../../src/compiler/frontend/onnx_file.ts";
import { countParameters } from "../../../src/compiler/frontend/parameters.ts";
import { compile, CompileError, factsOf } from "../../../src/compiler/mod.ts";
import { textModel } from "../text_reference.ts";

const { file: ENCODER, decoder: DECODER } = textModel("bart");
const encoder = await Deno.readFile(ENCODER);
const decoder = await Deno.readFile(DECODER);

/** The decoder's file, changed. */
function changed(change: (model: ModelProto) => void): Uint8Array {
  const model = fromBinary(ModelProtoSchema, decoder);
  change(model);
  return toBinary(ModelProtoSchema, model);
}

/**
 * The decoder with both its branches in one file: here they are the same nodes, and the one that continues a text has weights of
 * its own.
 *
 * @param change what is changed in those, or in its graph
 */
function merged(change: (continues: GraphProto, weights: GraphProto["initializer"]) => void): Uint8Array {
  return changed((model) => {
    const graph = model.graph!;
    const branch = (prefix: string) => {
      const named = (name: string) =>
        graph.initializer.some((one) => one.name === name) ? `${prefix}/${name}` : name;
      return create(GraphProtoSchema, {
        name: prefix,
        node: graph.node.map((node) => ({ ...node, input: node.input.map(named) })),
        output: graph.output,
      });
    };
    const weights = (prefix: string) =>
      graph.initializer.map((one) => ({
        ...one,
        name: `${prefix}/${one.name}`,
        rawData: one.rawData.slice(),
      }));
    const [begins, continues] = [branch("else"), branch("then")];
    const own = weights("then");
    change(continues, own);
    graph.initializer = [...weights("else"), ...own];
    graph.input.push(create(ValueInfoProtoSchema, { name: "use_cache_branch" }));
    const attribute = Object.entries({ else_branch: begins, then_branch: continues }).map(([name, g]) =>
      create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.GRAPH, g })
    );
    const output = graph.output.map(({ name }) => name);
    graph.node = [create(NodeProtoSchema, { opType: "If", input: ["use_cache_branch"], output, attribute })];
  });
}

function compiledWith(other: Uint8Array | undefined, answer: "word" | "text" = "text") {
  return compile(encoder, "a/encoder_model.onnx", "word-embeddings", "adamw", {
    answer,
    ...(other && { decoder: { bytes: other, path: "a/decoder_model.onnx" } }),
  });
}

const REFUSED: Readonly<Record<string, [decoder: () => Uint8Array | undefined, message: string]>> = {
  "an encoder without its decoder": [
    () => undefined,
    "only the encoder of one such as T5, whose decoder belongs beside it, as decoder_model.onnx beside encoder_model.onnx",
  ],
  "a decoder of another width": [
    () =>
      changed(({ graph }) => {
        for (const { name, type } of graph!.input) {
          const tensor = type?.value.case === "tensorType" ? type.value.value : undefined;
          const width = tensor?.shape?.dim[2]?.value;
          if (name === "encoder_hidden_states" && width?.case === "dimValue") width.value = 24n;
        }
      }),
    "a/decoder_model.onnx takes hidden states of size 24, and a/encoder_model.onnx gives them of size 16: these are the encoder and the decoder of two models",
  ],
  "a file that is no decoder": [
    () => encoder,
    "a/decoder_model.onnx has no input 'encoder_hidden_states', so that it is not the decoder of a/encoder_model.onnx",
  ],
  "a decoder that only continues a text": [
    () =>
      changed(({ graph }) => {
        for (const input of graph!.input) {
          if (input.name === "encoder_hidden_states") input.name = "past_key_values.0.encoder.key";
        }
      }),
    "(one that only continues a text, from the keys and values of its start, cannot begin one): put decoder_model.onnx",
  ],
  "a decoder with an operator that is not known": [
    () =>
      changed(({ graph }) => {
        graph!.node.find(({ opType }) => opType === "Softmax")!.opType = "Hardest";
      }),
    " in a/decoder_model.onnx: the compiler does not know it",
  ],
  "a decoder with an input that is not known": [
    () =>
      changed(({ graph }) => {
        graph!.input.push(create(ValueInfoProtoSchema, { name: "bias" }));
      }),
    "input 'bias' of a/decoder_model.onnx is not one the compiler can feed",
  ],
  "a decoder without logits": [
    () =>
      changed(({ graph }) => {
        graph!.output = graph!.output.map((one) => ({ ...one, name: graph!.node[0]!.output[0]! }));
      }),
    "a/decoder_model.onnx gives ",
  ],
  "a merged decoder whose branches have other weights": [
    () =>
      merged((_, weights) => {
        const matrix = weights.find(({ dims }) => dims.length === 2)!;
        matrix.rawData[0]! ^= 255;
      }),
    "of the one that continues a text is not in the one that begins it, so that they are of two models: export the model again",
  ],
  "a merged decoder whose branches give other outputs": [
    () => merged((continues) => continues.output.push(continues.output[0]!)),
    "the branches of a/decoder_model.onnx differ: one gives 1 outputs, the other 2",
  ],
};

for (const [name, [other, message]] of Object.entries(REFUSED)) {
  Deno.test(`${name} is refused`, () => {
    assertThrows(() => compiledWith(other()), CompileError, message);
  });
}

Deno.test("a merged decoder is compiled like the one that begins a text, whatever it continues one with", () => {
  const sizes = (other: Uint8Array) => compiledWith(other).predict.sizes.map(({ bytes }) => bytes).sort();
  assertEquals(sizes(merged(() => {})), sizes(decoder));
});

Deno.test("a word is not read of an encoder-decoder model", () => {
  assertThrows(
    () => compiledWith(decoder, "word").train,
    CompileError,
    "answers with a text and not with a word at one place: take the kind of answer 'text'",
  );
});

Deno.test("the graph of an encoder-decoder shows how long its texts and targets can be", () => {
  const both = readModelFiles({ bytes: encoder, path: ENCODER }, { bytes: decoder, path: DECODER });
  const { rows, words, attention, positions, decoder: own } = factsOf(both);
  assertEquals({ rows, words, attention, positions, own }, {
    rows: 48,
    words: 48,
    attention: "bidirectional",
    positions: { first: 2, limit: 40, padding: undefined, uncounted: [] },
    own: { rows: 48, target: 40 },
  });
  // PyTorch counts 12,256, without the bias of the logits, which is a buffer.
  assertEquals(countParameters(both), 12_256 + 48);
});

Deno.test("a merged decoder's weights are counted once", () => {
  const both = readModelFiles({ bytes: encoder, path: ENCODER }, {
    bytes: merged(() => {}),
    path: DECODER,
  });
  assertEquals(countParameters(both), 12_256 + 48);
});
