import { fromBinary } from "@bufbuild/protobuf";
import { type ModelProto, ModelProtoSchema, type TensorProto, TensorProto_DataLocation } from "onnx-buf";
import { checkBudget } from "../graph/budget.ts";
import { CompileError } from "../graph/errors.ts";
import { kindOfFile } from "./file_kind.ts";
import type { Constant, FileRegion } from "../graph/graph.ts";
import { INLINE_BYTES } from "../graph/constants.ts";
import { elementTypeOf } from "../graph/element_types.ts";
import { bytesOfShape, regionOf } from "./external_data.ts";

/**
 * Reads a part of a file beside the model's own.
 *
 * @throws where it is missing or too short
 */
export type ReadRegion = (region: FileRegion) => Uint8Array;

/**
 * The largest size in bytes of tensors that are read from files next to the model's: shapes, axes and the buffers that positions or
 * token types come from. Larger ones are weights, which only the device reads.
 */
const MOST_READ = 1 << 20;

/** A model's file on disk. */
export interface OnnxFile {
  /** Its path; external data is looked for beside it. */
  readonly path: string;
  /** What it holds. */
  readonly bytes: Uint8Array;
  /**
   * The message that these bytes encode, by onnx.proto.
   *
   * @ignore a type of the protobuf library, only for the compiler
   */
  readonly model: ModelProto;
  /** Absent where no other files can be read. */
  readonly read?: ReadRegion;
  /** The file of its decoder, where it is the encoder of a model in two files. */
  readonly decoder?: OnnxFile;
}

/** An ONNX file's bytes, and where they come from. */
export interface FileBytes {
  /** The content, which must not change while graphs are made of it. */
  readonly bytes: Uint8Array;
  /** The path, for messages and for referring to initializers. */
  readonly path: string;
}

/**
 * Reads a model of one file, or an encoder and its decoder.
 *
 * @throws {CompileError} as `readOnnxFile` does
 */
export function readModelFiles(model: FileBytes, decoder?: FileBytes, read?: ReadRegion): OnnxFile {
  const file = readOnnxFile(model.bytes, model.path, read);
  return decoder === undefined ? file : { ...file, decoder: readOnnxFile(decoder.bytes, decoder.path, read) };
}

/**
 * Reads an ONNX file (https://onnx.ai/onnx/repo-docs/IR.html). The tensors' bytes stay views into `bytes`.
 *
 * @param path where the bytes come from, for messages and for referring to initializers
 * @param read reads what lies in files beside it
 * @param size the file's, where the bytes are only its start
 * @throws {CompileError} where the bytes are not an ONNX model: truncated, another format, or no graph inside
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { countParameters, readOnnxFile } from "softprompt/compiler";
 *
 * const path = "data/models/reviews-mlm-mini/onnx/model.onnx";
 * const file = readOnnxFile(await Deno.readFile(path), path);
 * assertEquals(countParameters(file), 5348096);
 * ```
 */
export function readOnnxFile(
  bytes: Uint8Array,
  path: string,
  read?: ReadRegion,
  size: number = bytes.length,
): OnnxFile {
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, bytes);
  } catch (error) {
    throw notOnnx(path, size, bytes, error);
  }
  if (model.graph === undefined || model.graph.output.length === 0) {
    const kind = kindOfFile(bytes) ?? "holds no ONNX graph: is it another kind of file?";
    throw new CompileError(`${path} ${kind}`);
  }
  return { path, bytes, model, ...(read && { read }) };
}

/**
 * The error for a file that is not an ONNX model; it names the kind of file where the first bytes show it.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { notOnnx } from "softprompt/compiler";
 *
 * const start = new TextEncoder().encode("<!DOCTYPE html>");
 * const { message } = notOnnx("model.onnx", 4096, start, undefined);
 * assertStringIncludes(message, "model.onnx");
 * ```
 */
export function notOnnx(path: string, length: number, start: Uint8Array, cause: unknown): CompileError {
  const kind = kindOfFile(start) ??
    `is not an ONNX model, or it is cut off (${length} bytes): download it again, or export it again`;
  return new CompileError(`${path} ${kind}`, { cause });
}

/**
 * A tensor of the file as a constant: a view where its bytes lie in one piece, little-endian, in the file. Large tensors
 * also have the region where they lie, so that they stay in the file.
 */
export function constantOf(tensor: TensorProto, file: OnnxFile): Constant {
  const type = elementTypeOf(tensor.dataType);
  const name = `initializer '${tensor.name}' in ${file.path}`;
  if (type === undefined) {
    throw new CompileError(`element type ${tensor.dataType} of ${name} is not supported`);
  }
  const dims = tensor.dims.map(Number);
  checkBudget("axes of one tensor", dims.length, name);
  if (!dims.every((extent) => Number.isSafeInteger(extent) && extent >= 0)) {
    throw new CompileError(`${name} has the shape [${dims.join(", ")}]`);
  }
  const expected = bytesOfShape(tensor)!;
  if (tensor.dataLocation === TensorProto_DataLocation.EXTERNAL) {
    const region = regionOf(tensor, file);
    checkLength(region.length, expected, name, dims);
    const bytes = region.length <= MOST_READ ? bytesOf(region, name, file) : undefined;
    return { type, dims, region, ...(bytes && { bytes }) };
  }
  const bytes = tensor.rawData.length > 0 ? tensor.rawData : typedBytes(tensor);
  checkLength(bytes.length, expected, name, dims);
  const inFile = bytes.buffer === file.bytes.buffer && bytes.length >= INLINE_BYTES;
  const offset = bytes.byteOffset - file.bytes.byteOffset;
  return { type, dims, bytes, ...(inFile && { region: { path: file.path, offset, length: bytes.length } }) };
}

function checkLength(length: number, expected: number, name: string, dims: readonly number[]): void {
  if (length === expected) return;
  throw new CompileError(
    `${name} has ${length} bytes where its shape [${dims.join(", ")}] needs ${expected}`,
  );
}

/**
 * The bytes of a constant, read now if they are in a separate file; `undefined` where they cannot be read.
 *
 * @throws {CompileError} where they cannot be read
 */
export function bytesOfConstant({ bytes, region }: Constant, file: OnnxFile): Uint8Array | undefined {
  return bytes ?? (region && bytesOf(region, "a table", file));
}

/**
 * Reads the bytes of a tensor; `undefined` where no files can be read.
 *
 * @param name the tensor's, for messages
 * @throws {CompileError} where they are not there
 */
export function bytesOf(region: FileRegion, name: string, { read }: OnnxFile): Uint8Array | undefined {
  try {
    return read?.(region);
  } catch (error) {
    throw new CompileError(
      `the bytes of ${name} cannot be read from ${region.path} (${
        (error as Error).message
      }): the model has weights in files of their own, which belong beside it`,
      { cause: error },
    );
  }
}

/** The bytes of a tensor that is stored as a list of numbers. */
function typedBytes(tensor: TensorProto): Uint8Array {
  switch (elementTypeOf(tensor.dataType)) {
    case "float32":
      return new Uint8Array(Float32Array.from(tensor.floatData).buffer);
    case "float64":
      return new Uint8Array(Float64Array.from(tensor.doubleData).buffer);
    case "int64":
      return new Uint8Array(BigInt64Array.from(tensor.int64Data).buffer);
    case "int32":
      return new Uint8Array(Int32Array.from(tensor.int32Data).buffer);
    case "float16":
    case "uint16":
      return new Uint8Array(Uint16Array.from(tensor.int32Data).buffer);
    default:
      return Uint8Array.from(tensor.int32Data);
  }
}
