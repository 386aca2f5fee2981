import type { DownloadReporter } from "./repository.ts";

/** Reports downloads as lines alone: one when a download begins. @param log takes each line */
export function logDownloads(log: (line: string) => void): DownloadReporter {
  return {
    log,
    download: (name, total) => {
      log(`downloading ${name} (${megabytes(total)})`);
      return { progress: () => {}, end: () => {} };
    },
  };
}

/** A size for people, in units of a million bytes: `29.9 MB`. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
