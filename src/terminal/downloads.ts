import { logDownloads } from "../hub/log_downloads.ts";
import type { DownloadReporter } from "../hub/repository.ts";
import type { CommandIo } from "./command_io.ts";
import { Pace } from "./pace.ts";

/**
 * Shows downloads at the terminal: one line each, and their progress.
 */
export function terminalDownloads({ log, progress }: Pick<CommandIo, "log" | "progress">): DownloadReporter {
  const lines = logDownloads(log);
  return {
    log,
    download: (name, total) => {
      lines.download(name, total);
      const pace = new Pace();
      return {
        progress: (received) =>
          progress.show({
            title: name,
            stage: "downloading",
            unit: "MB",
            done: received / 1e6,
            total: total / 1e6,
            share: received / total,
            secondsLeft: pace.secondsLeft(received, total),
          }),
        end: () => progress.end(),
      };
    },
  };
}
