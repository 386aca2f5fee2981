import { join, relative } from "@std/path";
import { folderToFill } from "../dataset/dataset_folder.ts";
import { provideRtPolarity } from "../dataset/download.ts";
import type { RT_POLARITY } from "../dataset/rt_polarity.ts";
import type { Io } from "../terminal/io.ts";
import { ProgressBar } from "../terminal/progress_bar.ts";

/** The flags of `data`. */
export interface DataFlags {
  /** A folder to take the files from instead of the network. */
  readonly from?: string;
  /** The folder that datasets go into, where it is not the one that experiments search. */
  readonly to?: string;
}

/** `softprompt data rt-polarity`: downloads and checks a dataset, and puts it where experiments find it. */
export async function data(name: typeof RT_POLARITY.name, { from, to }: DataFlags, io: Io): Promise<void> {
  const folder: string = to === undefined
    ? relative(Deno.cwd(), await folderToFill(name, Deno.cwd()))
    : join(to, name);
  let bar: ProgressBar | undefined;
  const progress = (received: number, total: number | undefined) => {
    if (total === undefined) return;
    bar ??= new ProgressBar(name, total, io.bars);
    bar.update(received, "bytes");
  };
  try {
    const written = await provideRtPolarity(folder, { progress, ...(from !== undefined && { from }) });
    io.print(
      written
        ? `${folder}: both files are complete and checked`
        : `${folder}: nothing to do, both files exist and are correct`,
    );
  } finally {
    bar?.stop();
  }
}
