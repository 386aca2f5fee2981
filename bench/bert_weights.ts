import { constantOf, type OnnxFile } from "../src/compiler/frontend/onnx_file.ts";

/**
 * The float32 weights of an exported BERT by parameter name, linear ones [in, out].
 *
 * The names begin at the model, not at the module around it that was exported. The exporter renames a transposed weight to `onnx::MatMul_123`: the bias that is added to its product names it.
 */
export function bertWeights(
  file: OnnxFile,
): Map<string, { dims: readonly number[]; items: Float32Array<ArrayBuffer> }> {
  const { node, initializer } = file.model.graph!;
  const constants = new Map(initializer.map((tensor) => {
    const { dims, bytes } = constantOf(tensor, file);
    return [tensor.name, { dims, items: new Float32Array(bytes!.slice().buffer) }];
  }));
  const factors = new Map(
    node.filter(({ opType }) => opType === "MatMul").map(({ input, output }) => [
      output[0],
      constants.get(input[1]!),
    ]),
  );
  for (const { opType, input } of node) {
    const bias = input.find((name) => name.endsWith(".bias"));
    const factor = input.map((name) => factors.get(name)).find((found) => found !== undefined);
    if (opType === "Add" && bias !== undefined && factor !== undefined) {
      constants.set(bias.replace(/bias$/, "weight"), factor);
    }
  }
  return new Map([...constants].map(([name, constant]) => [name.replace(/^model\./, ""), constant]));
}
