import type { Node } from "../graph/graph.ts";

/**
 * What kind of operator a row describes, where something else than its own gradient depends on it: analyses and passes ask for
 * these traits and hold no lists of names. A trait that is not given does not hold.
 */
export interface OperatorTraits {
  /** An element of the output depends on the inputs' elements in its place alone, inputs being broadcast. */
  readonly isElementwise?: true;
  /** The order of the two inputs does not matter. */
  readonly isCommutative?: true;
  /** It multiplies matrices, or stacks of them, over their last two axes. */
  readonly isMatrixProduct?: true;
  /** It normalizes each row along its last axes, and scales it. */
  readonly isNormalization?: true;
  /** Only its first output must be written out: ONNX lets nodes leave out the others. */
  readonly hasOptionalOutputs?: true;
  /** It gives whole numbers for real ones, or real ones for whole ones, by a scale. */
  readonly isQuantization?: true;
  /** It makes real numbers of a table, or of its rows, stored in another form. */
  readonly isDecoder?: true;
  /**
   * It moves whole elements and computes nothing, all of them being in its output. `view`: in the same order, in another shape,
   * so that no memory is copied. `repeat`: several times along some axes. `permutation`: with the axes in another order.
   */
  readonly movement?: "view" | "repeat" | "permutation";
  /**
   * It is linear, and sums over the examples are made before it instead of after it: of `all` its inputs, or of the `first`, the
   * second being a scalar. Given to operators that gradients pass on their way to a prompt.
   */
  readonly hoistsSums?: "all" | "first";
  /**
   * Its outputs are multiplied by the factor that real inputs are multiplied by: `all` of them, or `each` alone; `quotient`: by the
   * first one's, and divided by the second one's. So do outputs of what moves elements, with all inputs.
   */
  readonly scalesWith?: "all" | "each" | "quotient";
  /** It picks by index, the first input's slices or single elements, along the axis that this attribute names. */
  readonly lookup?: { readonly of: "slices" | "elements"; readonly axis: "axis" | "gather_axis" };
  /** The axes of the first input along which an element of the output depends on other places than its own. */
  readonly mixedAxes?: (node: Node) => readonly number[];
  /**
   * What it does where a model is computed in float16. `computes`: it takes and gives 16 bits. `follows`: it does so where all
   * that it is given, constants aside, has 16 bits. Others stay in float32.
   */
  readonly float16?: "computes" | "follows";
  /**
   * It gives the same bits on every device, beside what moves elements or looks them up: IEEE 754 says how it is rounded, or nothing
   * is.
   */
  readonly isReproducible?: true;
  /**
   * What ONNX Runtime's WebGPU provider (1.30) lacks: the kernel for all types, or for booleans and whole numbers of 64 bits alone.
   */
  readonly webgpuLacks?: "kernel" | "boolean kernel";
}
