import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import type { FileTensor } from "../../src/compiler/backend/weights_as_inputs.ts";
import { ON_DISK } from "../../src/device/weight_files.ts";
import { PACKED, WeightReader } from "../../src/device/weight_reader.ts";
import { inFolder } from "../commands/softprompt.ts";

const BYTES = Uint8Array.from({ length: 50 }, (_, i) => i);

function tensor(location: string, offset: number, length: number): FileTensor {
  const place = { location, offset, length };
  return { name: location, type: 2, dims: [length], place, bytes: new Uint8Array() };
}

Deno.test("tensors are read of files and of what is in memory, and packed one after the other", () =>
  inFolder(async (folder) => {
    const path = join(folder, "weights");
    await Deno.writeFile(path, BYTES);
    const reader = new WeightReader(
      new Map<string, string | Uint8Array>([["file", path], ["memory", BYTES]]),
      ON_DISK,
    );
    const [one, other] = [tensor("file", 10, 5), tensor("memory", 20, 3)];
    assertEquals(await reader.part(one, 2, 2), Uint8Array.of(12, 13));
    assertEquals(await reader.part(other, 1, 2), Uint8Array.of(21, 22));
    const { bytes, place } = await reader.packed([one, other]);
    assertEquals(bytes, Uint8Array.of(10, 11, 12, 13, 14, 20, 21, 22));
    assertEquals(place(one), { location: PACKED, offset: 0, length: 5 });
    assertEquals(place(other), { location: PACKED, offset: 5, length: 3 });
  }));

Deno.test("what a file does not have is named", async () => {
  const reader = new WeightReader(new Map([["memory", BYTES]]), ON_DISK);
  await assertRejects(
    () => reader.part(tensor("memory", 48, 3), 0, 3),
    RangeError,
    "the weights 'memory' end before byte 51",
  );
  await assertRejects(
    () => reader.part(tensor("file", 0, 1), 0, 1),
    RangeError,
    "a graph takes weights from 'file', which does not come with it",
  );
});
