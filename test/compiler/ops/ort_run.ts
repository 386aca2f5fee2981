import * as ort from "onnxruntime-node";
import { emit } from "../../../src/compiler/backend/emit.ts";
import { evaluate } from "../../../src/compiler/graph/dimension.ts";
import type { Graph } from "../../../src/compiler/graph/graph.ts";
import { SIZES } from "./gradient_cases.ts";

/** The float types that gradients are computed in. */
export type Precision = "float32" | "float64";

/** A graph whose inputs and outputs all have one float type, opened on ONNX Runtime's native CPU. */
export interface FloatSession {
  /** Runs the graph on the elements of its inputs, by name. */
  run(
    feeds: Readonly<Record<string, ArrayLike<number>>>,
  ): Promise<Record<string, Float32Array | Float64Array>>;
  release(): Promise<void>;
}

/** How ONNX Runtime says that an operator has no kernel for a type, or that its schema excludes the type of an input. */
const LACKS_TYPE =
  /Could not find an implementation|NOT_IMPLEMENTED|Type 'tensor\(double\)' of input parameter/;

/** Opens a graph; `undefined` where ONNX Runtime has no kernel for one of its operators in this precision. */
export async function openFloats(graph: Graph, precision: Precision): Promise<FloatSession | undefined> {
  const options = { logSeverityLevel: 4, intraOpNumThreads: 1, graphOptimizationLevel: "disabled" } as const;
  const session = await ort.InferenceSession.create(emit(graph, "test").bytes, options).catch((error) => {
    if (precision === "float64" && LACKS_TYPE.test(String(error))) return undefined;
    throw error;
  });
  if (session === undefined) return undefined;
  const dims = new Map(
    graph.inputs.map(({ name, shape }) => [name, shape.map((dimension) => evaluate(dimension, SIZES))]),
  );
  const tensor = (name: string, items: ArrayLike<number>) =>
    precision === "float64"
      ? new ort.Tensor("float64", Float64Array.from(items), dims.get(name)!)
      : new ort.Tensor("float32", Float32Array.from(items), dims.get(name)!);
  return {
    run: async (feeds) => {
      const given = session.inputNames.map((name) => [name, tensor(name, feeds[name]!)] as const);
      const outputs = await session.run(Object.fromEntries(given));
      return Object.fromEntries(
        Object.entries(outputs).map(([name, { data }]) => {
          if (data instanceof Float32Array || data instanceof Float64Array) return [name, data];
          throw new TypeError(`the output '${name}' holds no floats`);
        }),
      );
    },
    release: () => session.release(),
  };
}
