import { RandomStream } from "../../src/base/random_stream.ts";

/** A damaged copy of a file, and what was done to it. */
export interface Mutation {
  readonly what: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The longest piece that one change removes, repeats or overwrites, in bytes. */
const LONGEST = 64;

/** Numbers at which sizes, counts and offsets go wrong. */
const EDGES = [0, 1, 127, 128, 255, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

/**
 * Damaged copies of a file without end, always the same ones for the same seed: flipped bits, other bytes, numbers at the edge
 * of their range, digits of text changed, pieces removed, repeated and moved, and the end cut off; one to three changes each.
 *
 * @param bytes the whole file, which is not changed
 */
export function* mutations(bytes: Uint8Array, seed: number): Generator<Mutation, never> {
  const random = new RandomStream(seed, "mutations");
  for (;;) {
    let changed = Uint8Array.from(bytes);
    const done: string[] = [];
    for (let left = 1 + random.integer(3); left > 0; left--) {
      const change = CHANGES[random.integer(CHANGES.length)]!;
      const at = random.integer(changed.length + 1);
      changed = change(changed, at, random);
      done.push(`${change.name} at ${at}`);
    }
    yield { what: done.join(", "), bytes: changed };
  }
}

type Change = (bytes: Uint8Array<ArrayBuffer>, at: number, random: RandomStream) => Uint8Array<ArrayBuffer>;

const CHANGES: readonly Change[] = [flip, flip, set, edge, digit, digit, remove, repeat, move, cut];

function flip(bytes: Uint8Array<ArrayBuffer>, at: number, random: RandomStream): Uint8Array<ArrayBuffer> {
  if (at < bytes.length) bytes[at]! ^= 1 << random.integer(8);
  return bytes;
}

function set(bytes: Uint8Array<ArrayBuffer>, at: number, random: RandomStream): Uint8Array<ArrayBuffer> {
  if (at < bytes.length) bytes[at] = random.integer(256);
  return bytes;
}

function edge(bytes: Uint8Array<ArrayBuffer>, at: number, random: RandomStream): Uint8Array<ArrayBuffer> {
  if (at + 4 <= bytes.length) {
    new DataView(bytes.buffer).setUint32(at, EDGES[random.integer(EDGES.length)]!, true);
  }
  return bytes;
}

/** Changes the first digit from a place on. */
function digit(bytes: Uint8Array<ArrayBuffer>, at: number, random: RandomStream): Uint8Array<ArrayBuffer> {
  const found = bytes.findIndex((byte, i) => i >= at && byte >= 0x30 && byte <= 0x39);
  if (found >= 0) bytes[found] = 0x30 + random.integer(10);
  return bytes;
}

function remove(bytes: Uint8Array<ArrayBuffer>, at: number, random: RandomStream): Uint8Array<ArrayBuffer> {
  return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + random.integer(LONGEST)));
}

function repeat(bytes: Uint8Array<ArrayBuffer>, at: number, random: RandomStream): Uint8Array<ArrayBuffer> {
  const end = at + 1 + random.integer(LONGEST);
  return joined(bytes.subarray(0, end), bytes.subarray(at));
}

/** Copies a piece to another place, over what is there. */
function move(bytes: Uint8Array<ArrayBuffer>, at: number, random: RandomStream): Uint8Array<ArrayBuffer> {
  const to = random.integer(bytes.length + 1);
  bytes.copyWithin(to, at, at + 1 + random.integer(LONGEST));
  return bytes;
}

function cut(bytes: Uint8Array<ArrayBuffer>, at: number): Uint8Array<ArrayBuffer> {
  return bytes.slice(0, at);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
