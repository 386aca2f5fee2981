import { create, toBinary } from "@bufbuild/protobuf";
import { type ModelProto, ModelProtoSchema, StringStringEntryProtoSchema } from "onnx-buf";

/** The name under which a file's own properties hold it. */
const KEY = "embedding_multiplier";

/**
 * An ONNX file that names the number by which the model's code multiplies its word embeddings, as `config.json` names Granite's: where it is
 * near the square root of their size, the graph alone does not tell it from the scale of the embedding module.
 *
 * @param bytes of the file
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { factsOf, namingMultiplier, readOnnxFile } from "softprompt/compiler";
 *
 * const path = "data/models/reviews-mlm-mini/onnx/model.onnx";
 * const named = namingMultiplier(await Deno.readFile(path), 12);
 * assertEquals(factsOf(readOnnxFile(named, path)).multiplier, 1); // this model multiplies by nothing
 * ```
 */
export function namingMultiplier(bytes: Uint8Array, multiplier: number): Uint8Array<ArrayBuffer> {
  const entry = create(StringStringEntryProtoSchema, { key: KEY, value: String(multiplier) });
  const property = toBinary(ModelProtoSchema, create(ModelProtoSchema, { metadataProps: [entry] }));
  // Messages that follow each other are one: repeated fields add up.
  const whole = new Uint8Array(bytes.length + property.length);
  whole.set(bytes);
  whole.set(property, bytes.length);
  return whole;
}

/** The number that a file names; `undefined`: it names none. */
export function namedMultiplier({ metadataProps }: ModelProto): number | undefined {
  const value = Number(metadataProps.findLast(({ key }) => key === KEY)?.value);
  return Number.isFinite(value) ? value : undefined;
}
