import { join } from "@std/path";
import { provideRtPolarity } from "../dataset/download.ts";
import type { Io } from "../terminal/io.ts";
import { ProgressBar } from "../terminal/progress_bar.ts";

/** The flags of `data`. */
export interface DataFlags {
  /** A folder to take the files from instead of the network. */
  readonly from?: string;
  /** The folder that datasets go into. */
  readonly to: string;
}

/** `softprompt data rt-polarity`: puts a dataset into its folder, checked. */
export async function data(name: "rt-polarity", { from, to }: DataFlags, io: Io): Promise<void> {
  const folder: string = join(to, name);
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
        ? `${folder}: both files are there and checked`
        : `${folder}: nothing to do, both files are there and right`,
    );
  } finally {
    bar?.stop();
  }
}
