import type { Feeds, GraphFile, Replay, ResidentSession } from "../src/device/device.ts";
import { bytesLeft } from "../test/device/gpu_bytes.ts";

/** The runs over batches of each shape: the second is recorded, at the latest. */
const RUNS = 2;

/**
 * The bytes that sessions hold together on a GPU after runs over batches of several shapes.
 *
 * @param graphs one for each session
 * @param batches the inputs of runs, one for each shape
 * @param open opens a session
 */
export async function sessionBytes(
  graphs: readonly GraphFile[],
  batches: readonly Feeds[],
  open: (graph: GraphFile, replay?: Replay) => Promise<ResidentSession>,
  replay?: Replay,
): Promise<number> {
  const sessions: ResidentSession[] = [];
  const bytes = await bytesLeft(async () => {
    for (const graph of graphs) {
      const session = await open(graph, replay);
      sessions.push(session);
      for (const batch of batches) {
        for (let i = 0; i < RUNS; i++) {
          for (const output of Object.values(await session.run(batch))) output.free();
        }
      }
    }
  });
  for (const session of sessions) await session.release();
  return bytes;
}
