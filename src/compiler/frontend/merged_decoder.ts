import type { GraphProto, TensorProto } from "onnx-buf";
import { CompileError } from "../graph/errors.ts";
import { subgraph, subgraphs } from "./import_attributes.ts";
import { constantOf, type OnnxFile } from "./onnx_file.ts";
import type { NamedConstant } from "./transposed_copies.ts";
import { printOf } from "./weight_print.ts";

/** The branches of a merged decoder. */
interface Branches {
  /** The one that begins a text. */
  readonly begins: GraphProto;
  /** The one that continues it, from a cache. */
  readonly continues: GraphProto;
}

/**
 * Checks that the two branches of a merged decoder are of one model: a prompt is tuned on the one that begins a text, and text is
 * generated with both.
 *
 * @throws {CompileError} where they give other outputs, or the second multiplies by a matrix that the first does not have
 */
export function checkMergedDecoder(file: OnnxFile): void {
  for (const branches of branchesOf(file)) checkSameModel(file, branches);
}

/** The tensors of a decoder that the beginning of a text needs: of a merged one, those that its other branch has are left out. */
export function tensorsToBegin(file: OnnxFile): readonly TensorProto[] {
  const graph = file.model.graph!;
  const branches = branchesOf(file);
  return branches.length === 0
    ? graph.initializer
    : branches.flatMap(({ begins }) => tensorsReadBy(begins, graph));
}

/** The choices that a file leaves to an input. */
function branchesOf({ model }: OnnxFile): Branches[] {
  const graph = model.graph!;
  const inputs = new Set(graph.input.map(({ name }) => name));
  return graph.node.filter(({ opType, input }) => opType === "If" && inputs.has(input[0] ?? ""))
    .map((node) => ({ begins: subgraph(node, "else_branch"), continues: subgraph(node, "then_branch") }));
}

function checkSameModel(file: OnnxFile, { begins, continues }: Branches): void {
  const graph = file.model.graph!;
  const wayOut = "export the model again, or take its decoder_model.onnx";
  if (begins.output.length !== continues.output.length) {
    throw new CompileError(
      `the branches of ${file.path} differ: one gives ${begins.output.length} outputs, the other ${continues.output.length}: ${wayOut}`,
    );
  }
  const own = matricesOf(begins, graph, file);
  const names = new Set(own.map(({ name }) => name));
  const known = new Set(own.map((matrix) => printOf(matrix, file)));
  const other = matricesOf(continues, graph, file).find((matrix) =>
    !names.has(matrix.name) && !known.has(printOf(matrix, file))
  );
  if (other === undefined) return;
  throw new CompileError(
    `the branches of ${file.path} differ: '${other.name}' [${
      other.constant.dims.join(", ")
    }] of the one that continues a text is not in the one that begins it, so that they are of two models: ${wayOut}`,
  );
}

/** The matrices of numbers that a branch reads. */
function matricesOf(branch: GraphProto, graph: GraphProto, file: OnnxFile): NamedConstant[] {
  return tensorsReadBy(branch, graph).filter(isMatrix).map((tensor) => ({
    name: tensor.name,
    constant: constantOf(tensor, file),
  })).filter(({ constant: { type } }) => type !== "int64" && type !== "int32" && type !== "bool");
}

/** The tensors that a branch reads: its own, and those of the graph around it. */
function tensorsReadBy(branch: GraphProto, graph: GraphProto): TensorProto[] {
  const read = new Set<string>();
  const inner: TensorProto[] = [];
  const left = [branch];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    inner.push(...next.initializer);
    for (const node of next.node) {
      for (const name of node.input) read.add(name);
      left.push(...subgraphs(node));
    }
  }
  return [...graph.initializer.filter(({ name }) => read.has(name)), ...inner];
}

function isMatrix({ dims }: TensorProto): boolean {
  return dims.length === 2 && dims.every((extent) => extent > 1n);
}
