import { join, relative } from "@std/path";
import { folderToFill } from "../dataset/dataset_folder.ts";
import { provideRtPolarity } from "../dataset/download.ts";
import type { RT_POLARITY } from "../dataset/rt_polarity.ts";
import type { CommandIo } from "../terminal/command_io.ts";
import { Pace } from "../terminal/pace.ts";

/** The flags of `data`. */
export interface DataFlags {
  /** A folder to take the files from instead of the network. */
  readonly from?: string;
  /** The folder that datasets go into, where it is not the one that experiments search. */
  readonly to?: string;
}

/** `softprompt data rt-polarity`: downloads and checks a dataset, and puts it where experiments find it. */
export async function data(
  name: typeof RT_POLARITY.name,
  { from, to }: DataFlags,
  io: CommandIo,
): Promise<void> {
  const folder: string = to === undefined
    ? relative(Deno.cwd(), await folderToFill(name, Deno.cwd()))
    : join(to, name);
  const pace = new Pace();
  const progress = (received: number, total: number | undefined) =>
    io.progress.show({
      title: name,
      stage: "downloading",
      unit: "MB",
      done: received / 1e6,
      ...(total !== undefined && {
        total: total / 1e6,
        share: received / total,
        secondsLeft: pace.secondsLeft(received, total),
      }),
    });
  try {
    const written = await provideRtPolarity(folder, { progress, ...(from !== undefined && { from }) });
    io.print(
      written
        ? `${folder}: both files are complete and checked`
        : `${folder}: nothing to do, both files exist and are correct`,
    );
  } finally {
    io.progress.end();
  }
}
