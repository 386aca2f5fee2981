import type { DownloadReporter } from "./repository.ts";

/** Reports downloads as lines only: one when a download starts. @param log takes each line */
export function logDownloads(log: (line: string) => void): DownloadReporter {
  return {
    log,
    download: (name, total) => {
      log(`downloading ${name} (${megabytes(total)})`);
      return { progress: () => {}, end: () => {} };
    },
  };
}

/** A size for display, in megabytes (10⁶ bytes): `29.9 MB`. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
