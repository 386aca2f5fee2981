import { logDownloads, megabytes } from "../hub/log_downloads.ts";
import type { DownloadReporter } from "../hub/repository.ts";
import type { Io } from "./io.ts";
import { ProgressBar } from "./progress_bar.ts";

/**
 * Shows downloads at the terminal: one line each, with a bar while it lasts.
 */
export function terminalDownloads({ log, bars }: Pick<Io, "log" | "bars">): DownloadReporter {
  const lines = logDownloads(log);
  return {
    log,
    download: (name, total) => {
      lines.download(name, total);
      const bar = new ProgressBar(name, total, bars);
      return {
        progress: (received) => bar.update(received, megabytes(received)),
        end: () => bar.stop(),
      };
    },
  };
}
