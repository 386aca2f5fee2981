import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { assertEquals, assertThrows } from "@std/assert";
import {
  bytesOf,
  field,
  fieldsOf,
  joined,
  textOf,
  wholeNumbers,
} from "../../../src/compiler/backend/wire.ts";

/** A number of more than 32 bits. */
const LARGE = 2 ** 40 + 5;

/** Fields of each kind, as the library of protobuf writes them. */
function written(): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Varint).int64(BigInt(LARGE));
  writer.tag(2, WireType.LengthDelimited).string("größer");
  writer.tag(300, WireType.LengthDelimited).fork().int64(3).int64(300).join();
  writer.tag(4, WireType.Bit64).double(0.5);
  writer.tag(5, WireType.Bit32).float(0.5);
  writer.tag(6, WireType.Varint).int32(0);
  return writer.finish();
}

Deno.test("fields are read as the library of protobuf writes them", () => {
  const message = written();
  const fields = fieldsOf(message);
  assertEquals(fields.map(({ number }) => number), [1, 2, 300, 4, 5, 6]);
  const [whole, text, packed, double, float, zero] = fields as [
    typeof fields[number],
    typeof fields[number],
    typeof fields[number],
    typeof fields[number],
    typeof fields[number],
    typeof fields[number],
  ];
  assertEquals([wholeNumbers(whole), wholeNumbers(packed), wholeNumbers(zero)], [[LARGE], [3, 300], [0]]);
  assertEquals(textOf(text), "größer");
  assertEquals([double.value, float.value], [undefined, undefined]);
  assertEquals(joined(fields.map(({ bytes }) => bytes)), message);
});

Deno.test("fields are written as the library of protobuf writes them", () => {
  const [whole, text, packed, , , zero] = fieldsOf(written()).map(({ bytes }) => bytes);
  assertEquals(field(1, LARGE), whole);
  assertEquals(field(2, "größer"), text);
  assertEquals(field(300, Uint8Array.of(3, 0xac, 2)), packed);
  assertEquals(field(6, 0), zero);
});

Deno.test("what is no message is refused", () => {
  const message = written();
  assertThrows(() => fieldsOf(message.subarray(0, 12)), RangeError, "a field ends after its message");
  assertThrows(() => fieldsOf(message.subarray(0, 3)), RangeError, "a number has no end");
  assertThrows(() => fieldsOf(new Uint8Array(12).fill(0xff)), RangeError, "a number has no end");
  assertThrows(() => fieldsOf(Uint8Array.of(0x0b)), RangeError, "the wire type 3, which is not read");
  assertThrows(() => bytesOf(fieldsOf(field(7, 1))[0]!), RangeError, "field 7 holds no text and no message");
});
