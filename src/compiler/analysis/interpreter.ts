import { elementsOf } from "../graph/constants.ts";
import { evaluate } from "../graph/dimension.ts";
import type { Constant, Value } from "../graph/graph.ts";
import { interpretOperator } from "./interpreted_operators.ts";
import { type NumberArray, numberArray } from "./number_array.ts";

/** The largest number of elements that is computed: enough for positions and masks of short texts. */
const MOST_ELEMENTS = 1 << 22;

/** The inputs of an interpretation. */
export interface Binding {
  /** Numbers for the symbols in shapes. */
  readonly symbols: Readonly<Record<string, number>>;
  /** The elements of the graph's inputs, by name. */
  readonly inputs: Readonly<Record<string, NumberArray>>;
  /** Whether a value is replaced by zeros. */
  readonly isZero?: (value: Value) => boolean;
  /** The bytes of a constant that are in a separate file. */
  readonly read?: ((constant: Constant) => Uint8Array | undefined) | undefined;
}

/**
 * Computes the structural values of a graph (positions, masks, indices) in plain numbers, for given inputs.
 * It is not a runtime: float32 is not rounded, and operators that only weights need are missing.
 */
export class Interpreter {
  private readonly found = new Map<Value, NumberArray | undefined>();

  constructor(private readonly binding: Binding) {}

  /** The elements of a value; `undefined` where an operator, an input or a constant before it is unknown, or an index is out of bounds. */
  valueOf(value: Value): NumberArray | undefined {
    if (this.found.has(value)) return this.found.get(value);
    const result = this.compute(value);
    this.found.set(value, result);
    return result;
  }

  /** A shape in numbers. */
  dimsOf({ shape }: Value): number[] {
    return shape.map((dimension) => evaluate(dimension, this.binding.symbols));
  }

  private compute(value: Value): NumberArray | undefined {
    if (value.constant && !value.integers) return this.constant(value.constant);
    const dims = this.dimsOf(value);
    const size = sizeOf(dims);
    if (size > MOST_ELEMENTS || dims.some((dimension) => dimension < 0)) return undefined;
    if (value.integers) {
      const { symbols } = this.binding;
      return numberArray(dims, Float64Array.from(value.integers, (item) => evaluate(item, symbols)));
    }
    if (this.binding.isZero?.(value)) return numberArray(dims, new Float64Array(size));
    const { producer } = value;
    if (producer === undefined) return this.binding.inputs[value.name];
    const inputs: (NumberArray | null)[] = [];
    for (const input of producer.inputs) {
      const found = input && this.valueOf(input);
      if (found === undefined) return undefined;
      inputs.push(found);
    }
    const items = interpretOperator({
      node: producer,
      inputs,
      output: producer.outputs.indexOf(value),
      dims,
      symbols: this.binding.symbols,
    });
    return items && numberArray(dims, items);
  }

  private constant(constant: Constant): NumberArray | undefined {
    const bytes = constant.bytes ?? this.binding.read?.(constant);
    const at = bytes && elementsOf({ ...constant, bytes });
    const { dims } = constant;
    if (at === undefined) return undefined;
    let items: Float64Array | undefined;
    return {
      dims,
      at,
      get items() {
        return items ??= Float64Array.from({ length: sizeOf(dims) }, (_, i) => at(i));
      },
    };
  }
}

function sizeOf(dims: readonly number[]): number {
  return dims.reduce((a, b) => a * b, 1);
}
