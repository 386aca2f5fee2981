import type { DownloadReporter } from "../hub/repository.ts";
import type { Io } from "./io.ts";
import { ProgressBar } from "./progress_bar.ts";

/**
 * Shows downloads at the terminal: one line, and a bar while it lasts.
 *
 * @param log takes the line
 * @param bars where the bar is drawn
 */
export function terminalDownloads(log: (line: string) => void, bars?: Io["bars"]): DownloadReporter {
  return {
    log,
    download: (name, total) => {
      log(`downloading ${name} (${megabytes(total)})`);
      const bar = new ProgressBar(name, total, bars);
      return {
        progress: (received) => bar.update(received, megabytes(received)),
        end: () => bar.stop(),
      };
    },
  };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
