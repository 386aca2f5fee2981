import { elementsOf } from "../graph/constants.ts";
import { evaluate } from "../graph/dimension.ts";
import type { Constant, Value } from "../graph/graph.ts";
import { interpretOperator } from "./interpreted_operators.ts";
import { computedArray, type NumberArray, numberArray } from "./number_array.ts";

/** The largest number of elements that is computed: enough for positions and masks of short texts. */
const MOST_ELEMENTS = 1 << 22;

/** The largest number of elements that one interpreter computes, of all values together: 128 MiB. */
const MOST_IN_ALL = 1 << 24;

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
  private elements = 0;

  constructor(private readonly binding: Binding) {}

  /** The elements of a value; `undefined` where an operator, an input or a constant before it is unknown, or an index is out of bounds. */
  valueOf(value: Value): NumberArray | undefined {
    // What a value needs is computed before it, without recursion: graphs can be deep.
    const left = this.found.has(value) ? [] : [value];
    for (let next = left.at(-1); next !== undefined; next = left.at(-1)) {
      const missing = this.needs(next).find((input) => !this.found.has(input));
      if (missing !== undefined) {
        left.push(missing);
        continue;
      }
      left.pop();
      this.found.set(next, this.compute(next));
    }
    return this.found.get(value);
  }

  /** The values that a value is computed from; none where it is known without them, or too large. */
  private needs(value: Value): readonly Value[] {
    if (value.constant || value.integers || this.binding.isZero?.(value)) return [];
    const inputs = this.isTooLarge(this.dimsOf(value)) ? [] : value.producer?.inputs ?? [];
    const given = inputs.filter((input) => input !== null);
    return given.some((input) => this.found.has(input) && this.found.get(input) === undefined) ? [] : given;
  }

  private isTooLarge(dims: readonly number[]): boolean {
    const size = sizeOf(dims);
    return size > MOST_ELEMENTS || this.elements + size > MOST_IN_ALL || dims.some((extent) => extent < 0);
  }

  /** A shape in numbers. */
  dimsOf({ shape }: Value): number[] {
    return shape.map((dimension) => evaluate(dimension, this.binding.symbols));
  }

  private compute(value: Value): NumberArray | undefined {
    if (value.constant && !value.integers) return this.constant(value.constant);
    const dims = this.dimsOf(value);
    if (this.isTooLarge(dims)) return undefined;
    this.elements += sizeOf(dims);
    if (value.integers) {
      const { symbols } = this.binding;
      return numberArray(dims, Float64Array.from(value.integers, (item) => evaluate(item, symbols)));
    }
    if (this.binding.isZero?.(value)) return numberArray(dims, new Float64Array(sizeOf(dims)));
    const { producer } = value;
    if (producer === undefined) return this.binding.inputs[value.name];
    const inputs: (NumberArray | null)[] = [];
    for (const input of producer.inputs) {
      const found = input && this.found.get(input);
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
    return at && computedArray(constant.dims, at);
  }
}

function sizeOf(dims: readonly number[]): number {
  return dims.reduce((a, b) => a * b, 1);
}
