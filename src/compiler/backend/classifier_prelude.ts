import type { NodeProto, TensorProto } from "onnx-buf";
import type { Attribute } from "../graph/attribute.ts";
import { int64 } from "../graph/constants.ts";
import { codeOf } from "../graph/element_types.ts";
import type { Constant } from "../graph/graph.ts";
import type { OperatorName } from "../graph/operator_attributes.ts";
import type { ClassifierPrompt, ClassifierSide } from "./classifier_prompt.ts";
import { inner, node, OWN } from "./classifier_nodes.ts";
import { inlineTensor } from "./onnx_protos.ts";

/**
 * The nodes that compute the inputs of the compiled graph from a text's `input_ids` and `attention_mask`, int64 [batch,
 * sequence]: the text's tokens without padding and special tokens, as many as fit, in the template, and padding after it.
 */
export class ClassifierPrelude {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];

  /** @param names of the compiled graph's inputs */
  constructor(classifier: ClassifierPrompt, names: ReadonlySet<string>) {
    const { before, after, promptRows, answerRow, firstPosition } = classifier;
    const batch = this.add("Shape", ["input_ids"], { start: 0, end: 1 });
    const everywhere = (values: readonly number[]) => {
      const row = this.integers(values, [1, values.length]);
      return this.add("Expand", [row, this.add("Concat", [batch, this.integers([values.length])], ROWS)]);
    };
    const around = (value: string, of: (side: ClassifierSide) => readonly number[]) =>
      this.add("Concat", [everywhere(of(before)), value, everywhere(of(after))], COLUMNS);
    const first = this.integers([1], []);
    const text = this.textTokens(classifier);
    const kept = around(text, ({ ids }) => ids.map(() => 1));
    // What is kept is added to zeros, each at its own place; what is left out adds 0 at the first.
    const place = this.add("Mul", [this.add("CumSum", [kept, first], { exclusive: 1 }), kept]);
    const lengths = this.add("ReduceSum", [kept, this.integers([1])], { keepdims: 1 });
    const longest = this.add("ReduceMax", [lengths, this.integers([0])], { keepdims: 0 });
    const zeros = this.add("Expand", [
      this.integers([0], [1, 1]),
      this.add("Concat", [batch, longest], ROWS),
    ]);
    const close = (values: string, input: string) => {
      const added = this.add("Mul", [values, kept]);
      this.add("ScatterElements", [zeros, place, added], { ...COLUMNS, reduction: "add" }, inner(input));
    };
    close(around("input_ids", ({ ids }) => ids), "input_ids");
    if (names.has("attention_mask")) close(kept, "attention_mask");
    if (names.has("position_ids")) {
      const counted = around(text, ({ counted }) => counted.map(Number));
      const earlier = this.add("CumSum", [counted, first], { exclusive: 1 });
      const position = this.add("Add", [earlier, this.integers([firstPosition])]);
      close(this.add("Mul", [position, counted]), "position_ids");
    }
    const size = this.add("ReduceSum", [text, this.integers([1])], { keepdims: 1 });
    const rows = (places: ClassifierPrompt["promptRows"]) => {
      const fixed = places.map(({ side, at }) => side === "before" ? at : before.ids.length + at);
      const isAfter = places.map(({ side }) => Number(side === "after"));
      return this.add("Add", [everywhere(fixed), this.add("Mul", [everywhere(isAfter), size])]);
    };
    this.add("Squeeze", [rows([answerRow]), this.integers([1])], {}, inner("answer_rows"));
    if (names.has("prompt_rows")) this.add("Identity", [rows(promptRows)], {}, inner("prompt_rows"));
    this.constant(classifier.shift, `${OWN}shift`);
    this.constant(classifier.temperature, `${OWN}temperature`);
    this.constant(classifier.labelTokens, inner("label_tokens"));
    this.constant(classifier.labelWeights, inner("label_weights"));
  }

  /** int64 [batch, sequence]: 1 at the first tokens of the text, as many as fit, 0 at the others, at padding and special tokens. */
  private textTokens({ special, room }: ClassifierPrompt): string {
    const isToken = special.reduce(
      (before, id) => {
        const isOther = this.add("Not", [this.add("Equal", ["input_ids", this.integers([id])])]);
        return this.add("And", [before, isOther]);
      },
      this.add("Cast", ["attention_mask"], { to: codeOf("bool") }),
    );
    const tokens = this.add("Cast", [isToken], { to: codeOf("int64") });
    if (room === undefined) return tokens;
    const count = this.add("CumSum", [tokens, this.integers([1], [])]);
    const fits = this.add("LessOrEqual", [count, this.integers([room])]);
    return this.add("Mul", [tokens, this.add("Cast", [fits], { to: codeOf("int64") })]);
  }

  private add(
    op: OperatorName,
    inputs: string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    output = `${OWN}${this.nodes.length}`,
  ): string {
    this.nodes.push(node(op, inputs, output, attributes));
    return output;
  }

  private integers(values: readonly number[], dims: readonly number[] = [values.length]): string {
    return this.constant(int64(values, dims), `${OWN}constant_${this.initializers.length}`);
  }

  private constant(constant: Constant, name: string): string {
    const tensor = inlineTensor(constant);
    tensor.name = name;
    this.initializers.push(tensor);
    return name;
  }
}

/** Along the batch, and along the sequence. */
const ROWS = { axis: 0 } as const;
const COLUMNS = { axis: 1 } as const;
