import { assert, assertEquals } from "@std/assert";
import { compile } from "../../src/compiler/mod.ts";
import { int64Tensor, type Session, type Tensor } from "../../src/device/device.ts";
import { answerReplay } from "../../src/device/replay_of.ts";
import { familyFeeds, familyModel, readFamily } from "../compiler/family_step.ts";
import { DEVICES, sharedDevice } from "../devices.ts";
import { countGpuCalls } from "./gpu_calls.ts";

/** Enough batches for a shape to be recorded, and some more. */
const BATCHES = 11;

Deno.test({
  name: "batches are classified by replay to the same bits, each in one upload and one read",
  ignore: !DEVICES.includes("webgpu"),
  fn: async () => {
    const path = familyModel("bert-opset11");
    const { answer } = compile(await Deno.readFile(path), path, "embedding-output", "adamw", {
      target: "webgpu",
    });
    const feeds = familyFeeds(await readFamily("bert-opset11"), "embedding-output");
    const device = await sharedDevice("webgpu");
    const plain = await device.open(answer);
    const replaying = await device.open(answer, answerReplay((line) => assert(false, line)));
    const expected = await answersOf(plain, feeds);
    assertEquals(await answersOf(replaying, feeds), expected);
    assert(replaying.openingTime! > 0);
    let last: Tensor[][] = [];
    const calls = await countGpuCalls(async () => {
      last = await answersOf(replaying, feeds);
    });
    assertEquals(last, expected);
    // The batch goes up and the answers come down: the prompt stays where it is.
    assertEquals(calls, {
      dispatches: 52 * BATCHES,
      passes: 2 * BATCHES,
      submits: 2 * BATCHES,
      writes: BATCHES,
      reads: BATCHES,
    });
    await plain.release();
    await replaying.release();
  },
});

/** The answers to some batches, asked all at once. */
async function answersOf(session: Session, feeds: Readonly<Record<string, Tensor>>): Promise<Tensor[][]> {
  const { dims, data } = feeds.input_ids!;
  return await Promise.all(
    Array.from({ length: BATCHES }, async (_, i) => {
      const input_ids = int64Tensor(Array.from(data, Number).map((id) => (id + i) % 30), dims);
      const found = await session.run({ ...feeds, input_ids }, ["class_logits", "word_logits"]);
      return [found.class_logits!, found.word_logits!];
    }),
  );
}
