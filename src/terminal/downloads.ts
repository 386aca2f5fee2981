import type { DownloadReporter } from "../hub/repository.ts";
import { ProgressBar } from "./console.ts";

/**
 * Shows downloads at the terminal: one line, and a bar while it lasts.
 *
 * @param log takes the line
 */
export function terminalDownloads(log: (line: string) => void): DownloadReporter {
  return {
    log,
    download: (name, total) => {
      log(`downloading ${name} (${megabytes(total)})`);
      const bar = new ProgressBar(name, total);
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
