import { type DescField, fromBinary, ScalarType, toBinary } from "@bufbuild/protobuf";
import { isReflectMessage, reflect, type ReflectList, type ReflectMessage } from "@bufbuild/protobuf/reflect";
import { ModelProtoSchema } from "onnx-buf";
import { RandomStream } from "../../src/base/random_stream.ts";
import { type Mutation, mutations } from "./mutate.ts";

/** Of this many copies, one has its bytes damaged, and the others have their message changed. */
const BYTES_EVERY = 5;

/** The longest list of bytes or numbers that is copied or cut as one change. */
const MANY = 300;

/**
 * A damaged copy of an ONNX file: one to three changes to fields of the message that it is, whatever they are by its schema
 * (onnx.proto), or to its bytes. Items of lists are left out, repeated and exchanged, fields left out, numbers are at the edge
 * of their range, and names are those of something else in the file, so that there are cycles.
 *
 * @param bytes the whole file, which is not changed
 */
export function onnxMutant(bytes: Uint8Array, seed: number): Mutation {
  const random = new RandomStream(seed, "onnx mutants");
  if (random.integer(BYTES_EVERY) === 0) return mutations(bytes, seed).next().value;
  const proto = fromBinary(ModelProtoSchema, bytes);
  const model = reflect(ModelProtoSchema, proto);
  const done: string[] = [];
  for (let left = 1 + random.integer(3); left > 0; left--) {
    const messages = messagesWithin(model);
    const texts = messages.flatMap(namesIn);
    const message = oneOf(random, oneOf(random, byType(messages)));
    const set = message.fields.filter((field) => message.isSet(field));
    // Mostly what the file has, at times what it lacks.
    const fields = set.length > 0 && random.integer(6) > 0 ? set : message.fields;
    const field = oneOf(random, fields);
    done.push(`${message.desc.name}.${field.name} ${changeField(message, field, texts, random)}`);
  }
  return { what: done.join(", "), bytes: Uint8Array.from(toBinary(ModelProtoSchema, proto)) };
}

/** A message and all those in it. */
function messagesWithin(whole: ReflectMessage): ReflectMessage[] {
  const found: ReflectMessage[] = [];
  const left = [whole];
  for (let message = left.pop(); message !== undefined; message = left.pop()) {
    found.push(message);
    for (const field of message.fields) {
      if (field.fieldKind === "message" && message.isSet(field)) left.push(message.get(field));
      if (field.fieldKind !== "list") continue;
      const list: ReflectList = message.get(field);
      if (field.listKind === "message") {
        for (const item of list) if (isReflectMessage(item)) left.push(item);
      }
    }
  }
  return found;
}

/** Messages of one type each, so that rare ones are changed as often as common ones. */
function byType(messages: readonly ReflectMessage[]): ReflectMessage[][] {
  return [...Map.groupBy(messages, ({ desc }) => desc.typeName).values()];
}

function namesIn(message: ReflectMessage): string[] {
  return message.fields.flatMap((field) => {
    const value: unknown = message.get(field);
    if (typeof value === "string") return value === "" ? [] : [value];
    if (field.fieldKind !== "list" || field.scalar !== ScalarType.STRING) return [];
    const list: ReflectList = message.get(field);
    return [...list].filter((item) => typeof item === "string");
  });
}

function changeField(
  message: ReflectMessage,
  field: DescField,
  texts: readonly string[],
  random: RandomStream,
): string {
  if (field.fieldKind === "list") return changeList(message.get(field), texts, random);
  if (field.fieldKind === "map" || random.integer(8) === 0) {
    message.clear(field);
    return "left out";
  }
  if (field.fieldKind === "message") {
    const own = message.get(field);
    message.set(field, reflect(own.desc));
    return "empty";
  }
  if (field.fieldKind === "enum") {
    const { number } = oneOf(random, field.enum.values);
    message.set(field, number);
    return `= ${number}`;
  }
  const value = changedScalar(field.scalar, message.get(field), texts, random);
  message.set(field, value);
  return `= ${shown(value)}`;
}

/** Changes a list in place. */
function changeList(list: ReflectList, texts: readonly string[], random: RandomStream): string {
  const items = [...list];
  const at = random.integer(items.length + 1);
  const other = random.integer(items.length + 1);
  const field = list.field();
  const change = random.integer(7);
  if (field.listKind !== "message" && (change === 0 || items.length === 0)) {
    const old = items[at] ?? (field.listKind === "enum" ? 0 : blank(field.scalar));
    const value = field.listKind === "enum"
      ? oneOf(random, field.enum.values).number
      : changedScalar(field.scalar, old, texts, random);
    if (at < items.length) list.set(at, value);
    else list.add(value);
    return `[${at}] = ${shown(value)}`;
  }
  if (items.length === 0) {
    if (field.listKind === "message") list.add(reflect(field.message));
    return "one empty item";
  }
  const item = items[Math.min(at, items.length - 1)]!;
  switch (change) {
    case 1:
      items.splice(at, 1);
      break;
    case 2:
      items.splice(other, 0, item);
      break;
    case 3:
      [items[at], items[other]] = [items[other], items[at]];
      break;
    case 4:
      items.length = at;
      break;
    case 5:
      for (let i = 0; i < MANY; i++) items.push(item);
      break;
    default:
      items.splice(at, 1);
      items.splice(other, 0, item);
  }
  list.clear();
  for (const one of items) if (one !== undefined) list.add(one);
  return ["", "without", "twice", "exchanged", "cut at", "repeated", "moved"][change] + ` ${at}`;
}

function blank(type: ScalarType): unknown {
  if (type === ScalarType.STRING) return "";
  if (type === ScalarType.BYTES) return new Uint8Array();
  return isLong(type) ? 0n : 0;
}

function isLong(type: ScalarType): boolean {
  return type === ScalarType.INT64 || type === ScalarType.UINT64;
}

const INTEGERS = [
  -(2n ** 63n),
  -(2n ** 31n),
  -2n,
  -1n,
  0n,
  1n,
  2n,
  3n,
  7n,
  65n,
  5000n,
  2n ** 31n - 1n,
  2n ** 31n,
]
  .concat([2n ** 40n, 2n ** 53n + 1n, 2n ** 62n, 2n ** 63n - 1n]);
const FLOATS = [NaN, Infinity, -Infinity, 0, -0, -1, 0.5, 3.4e38, 1e-40];
const TEXTS = [
  "",
  "\0",
  "\x1b[31m",
  "a\nb",
  "../../x",
  "__proto__",
  "constructor",
  "x".repeat(5000),
  "\u202e",
  "input_ids",
];

function changedScalar(
  type: ScalarType,
  old: unknown,
  texts: readonly string[],
  random: RandomStream,
): string | number | bigint | boolean | Uint8Array {
  if (type === ScalarType.STRING) {
    return oneOf(random, texts.length === 0 || random.integer(3) === 0 ? TEXTS : texts);
  }
  if (type === ScalarType.BYTES) {
    return old instanceof Uint8Array && old.length > 0
      ? mutations(old, random.integer(2 ** 30)).next().value.bytes
      : Uint8Array.of(random.integer(256));
  }
  if (isLong(type)) {
    const near = typeof old === "bigint" ? old + BigInt(random.integer(5) - 2) : 0n;
    const value = random.integer(3) === 0 ? near : oneOf(random, INTEGERS);
    return type === ScalarType.UINT64 ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value);
  }
  if (type === ScalarType.FLOAT || type === ScalarType.DOUBLE) return oneOf(random, FLOATS);
  if (type === ScalarType.BOOL) return old !== true;
  return random.integer(3) === 0 ? random.integer(24) : Number(BigInt.asIntN(32, oneOf(random, INTEGERS)));
}

function shown(value: unknown): string {
  return value instanceof Uint8Array ? `${value.length} bytes` : JSON.stringify(String(value).slice(0, 40));
}

function oneOf<Item>(random: RandomStream, items: readonly Item[]): Item {
  return items[random.integer(items.length)]!;
}
