import type { Checkpoint } from "../training/checkpoint.ts";
import type { RunContext } from "./context.ts";

/**
 * The checkpoint from which an interrupted run goes on; `undefined` where it starts from the beginning. What it does, and why,
 * is reported. Runs whose steps are taken together go on from the newest step that all of them have.
 */
export async function resume(
  { title, folder, progress, slot, stopAfter }: RunContext,
): Promise<Checkpoint | undefined> {
  const { sound, damage } = await folder.readCheckpoints(slot !== undefined);
  const common = await slot?.agree(sound.map(({ checkpoint }) => checkpoint.step));
  const found = common === undefined ? sound[0] : sound.find(({ checkpoint }) => checkpoint.step === common);
  await folder.goOnFrom(found);
  const from = found === undefined
    ? "tuning starts from the beginning"
    : `resuming after step ${found.checkpoint.step}`;
  if (damage.length > 0) {
    progress.log(`warning: ${title}: ${damage.join("; ")}: ${from}`);
  } else if (found !== undefined) {
    // A run that stops on its way is one of many, and was stopped before.
    if (stopAfter === undefined) progress.log(`${title}: ${from}`);
  } else if (folder.interrupted !== undefined) {
    const why = sound.length > 0
      ? "the runs beside it have no checkpoint of the same step"
      : folder.interrupted === "this"
      ? "it ended before its first checkpoint"
      : "its checkpoint is of another experiment, model or data";
    progress.log(`${title}: ${why}: ${from}`);
  }
  return found?.checkpoint;
}
