import { create, fromBinary } from "@bufbuild/protobuf";
import { GraphProtoSchema, ModelProtoSchema } from "onnx-buf";
import type { ReadRegion } from "../frontend/onnx_file.ts";
import { symbol } from "../graph/dimension.ts";
import { CompileError } from "../graph/errors.ts";
import { OWN } from "./classifier_nodes.ts";
import type { CalibratedPrompt } from "./classifier_prompt.ts";
import type { Emitted } from "./emit.ts";
import { NodeList } from "./node_list.ts";
import { valueInfo } from "./onnx_protos.ts";
import { selfContained, writeOneFile } from "./self_contained.ts";
import type { WeightStorage } from "./stored_weights.ts";
import type { TextPrelude } from "./text_prelude.ts";

/** What differs between classifiers. */
export interface ClassifierParts {
  /** Computes the graph's inputs. @param names those that it has */
  prelude(names: ReadonlySet<string>): TextPrelude;
  /** Adds the nodes after the graph. @returns the name of the classes' logits, float32 [batch, classes], before calibration */
  score(after: NodeList): string;
}

/**
 * A classifier's file, as `exportClassifier` describes it.
 *
 * @throws {CompileError} where the model has no mask to exclude padding that it would read, or is too large
 */
export function classifierFile(
  predict: Emitted,
  { shift, temperature, inputs, isCausal }: CalibratedPrompt,
  read: ReadRegion,
  storage: WeightStorage,
  { prelude, score }: ClassifierParts,
): Uint8Array {
  const model = fromBinary(ModelProtoSchema, predict.bytes);
  const graph = model.graph!;
  const names = new Set(graph.input.map(({ name }) => name));
  if (!names.has("attention_mask") && !isCausal) {
    throw new CompileError(
      "the model has no input 'attention_mask', so that a classifier would read a text's padding: export the model with its attention mask, and run the experiment again",
    );
  }
  const whole = selfContained(graph, predict.weights, prelude(names), inputs, read, storage);
  const after = new NodeList(`${OWN}after/`);
  const shifted = after.add("Sub", [score(after), after.constant(shift)]);
  after.add("Div", [shifted, after.constant(temperature)], {}, "logits");
  after.add("Softmax", ["logits"], { axis: -1 }, "probabilities");
  const batch = symbol("batch");
  const input = (name: string) =>
    valueInfo(name, { name, type: "int64", shape: [batch, symbol("sequence")] });
  const output = (name: string) => valueInfo(name, { name, type: "float32", shape: [batch, shift.dims[0]!] });
  model.graph = create(GraphProtoSchema, {
    name: "classifier",
    input: [input("input_ids"), input("attention_mask")],
    output: [output("logits"), output("probabilities")],
    initializer: [...whole.initializers, ...after.initializers],
    node: [...whole.nodes, ...after.nodes],
  });
  return writeOneFile(model);
}
