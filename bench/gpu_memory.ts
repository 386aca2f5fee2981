import type { Feeds, GraphFile, Replay, ResidentSession } from "../src/device/device.ts";
import { bytesLeft } from "../test/device/gpu_bytes.ts";

/** The runs over batches of each shape: the second is recorded, at the latest. */
const RUNS = 2;

/**
 * The bytes that a session holds on a GPU after runs over batches of several shapes.
 *
 * @param batches the inputs of runs, one for each shape
 * @param open opens the session
 */
export async function sessionBytes(
  graph: GraphFile,
  batches: readonly Feeds[],
  open: (graph: GraphFile, replay?: Replay) => Promise<ResidentSession>,
  replay?: Replay,
): Promise<number> {
  let session: ResidentSession | undefined;
  const bytes = await bytesLeft(async () => {
    session = await open(graph, replay);
    for (const batch of batches) {
      for (let i = 0; i < RUNS; i++) {
        for (const output of Object.values(await session.run(batch))) output.free();
      }
    }
  });
  await session?.release();
  return bytes;
}
