import { assert, assertEquals, assertRejects } from "@std/assert";
import { gzipSync } from "node:zlib";
import { gunzip } from "../../src/base/gunzip.ts";
import { heldMemory } from "../held_memory.ts";
import { gzipBomb } from "../fuzz/gzip_bomb.ts";

const TEXT = new TextEncoder().encode("a joy from start to end");

Deno.test("gzip data of several members are unpacked, up to the limit", async () => {
  const members = new Uint8Array(Buffer.concat([gzipSync(TEXT), gzipSync(TEXT), new Uint8Array(5)]));
  assertEquals(await gunzip(members, 46), Uint8Array.of(...TEXT, ...TEXT));
  await assertRejects(() => gunzip(members, 45), RangeError, "it unpacks to more than");
  await assertRejects(() => gunzip(members.subarray(0, 20), 46), Error);
});

Deno.test("data that unpack to more than the limit do not take the memory of all that is in them", async () => {
  const bomb = gzipBomb("{", " ");
  const before = heldMemory();
  await assertRejects(() => gunzip(bomb, 2 ** 22), RangeError, "it unpacks to more than 4 MiB");
  const taken = heldMemory() - before;
  assert(taken < 2 ** 28, `${taken} bytes`);
});
