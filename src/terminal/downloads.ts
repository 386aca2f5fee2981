import { logDownloads, megabytes } from "../hub/log_downloads.ts";
import type { DownloadReporter } from "../hub/repository.ts";
import { ProgressBar } from "./console.ts";

/**
 * Shows downloads at the terminal: one line, and a bar while it lasts.
 *
 * @param log takes the line
 */
export function terminalDownloads(log: (line: string) => void): DownloadReporter {
  const lines = logDownloads(log);
  return {
    log,
    download: (name, total) => {
      lines.download(name, total);
      const bar = new ProgressBar(name, total);
      return {
        progress: (received) => bar.update(received, megabytes(received)),
        end: () => bar.stop(),
      };
    },
  };
}
