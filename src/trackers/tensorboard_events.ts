/**
 * TensorBoard's events, as protobuf: TensorFlow's `event.proto`, `summary.proto` and `tensor.proto`, of which few fields are needed.
 *
 * @module
 */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** The first event of every file. */
const VERSION = "brain.Event:2";

/** The number of TensorFlow's type of strings (`types.proto`). */
const DT_STRING = 7;

/** Numbers of fields. */
const EVENT = { wallTime: 1, step: 2, fileVersion: 3, summary: 5 } as const;
const SUMMARY = { value: 1 } as const;
const VALUE = { tag: 1, simpleValue: 2, tensor: 8, metadata: 9 } as const;
const METADATA = { pluginData: 1 } as const;
const PLUGIN = { name: 1 } as const;
const TENSOR = { dtype: 1, shape: 2, stringValues: 8 } as const;
const SHAPE = { dimension: 2 } as const;
const DIMENSION = { size: 1 } as const;

/** The event that begins a file. @param seconds since 1970 */
export function versionEvent(seconds: number): Uint8Array {
  return event(seconds, 0).tag(EVENT.fileVersion, WireType.LengthDelimited).string(VERSION).finish();
}

/** Numbers at a step, by their names. */
export function scalarsEvent(
  seconds: number,
  step: number,
  scalars: Iterable<readonly [name: string, value: number]>,
): Uint8Array {
  const summary = nested(event(seconds, step), EVENT.summary);
  for (const [name, value] of scalars) {
    nested(summary, SUMMARY.value).tag(VALUE.tag, WireType.LengthDelimited).string(name)
      .tag(VALUE.simpleValue, WireType.Bit32).float(value).join();
  }
  return summary.join().finish();
}

/** A text in Markdown, for TensorBoard's page of texts. */
export function textEvent(seconds: number, name: string, text: string): Uint8Array {
  const writer = event(seconds, 0);
  const value = nested(nested(writer, EVENT.summary), SUMMARY.value);
  value.tag(VALUE.tag, WireType.LengthDelimited).string(name);
  nested(nested(value, VALUE.metadata), METADATA.pluginData)
    .tag(PLUGIN.name, WireType.LengthDelimited).string("text").join().join();
  const tensor = nested(value, VALUE.tensor).tag(TENSOR.dtype, WireType.Varint).int32(DT_STRING);
  nested(nested(tensor, TENSOR.shape), SHAPE.dimension)
    .tag(DIMENSION.size, WireType.Varint).int64(1).join().join();
  tensor.tag(TENSOR.stringValues, WireType.LengthDelimited).string(text).join();
  return value.join().join().finish();
}

function event(seconds: number, step: number): BinaryWriter {
  return new BinaryWriter().tag(EVENT.wallTime, WireType.Bit64).double(seconds)
    .tag(EVENT.step, WireType.Varint).int64(step);
}

/** Begins a message in a field, which `join` ends. */
function nested(writer: BinaryWriter, field: number): BinaryWriter {
  return writer.tag(field, WireType.LengthDelimited).fork();
}
