/** The types of what is sent. */
export const SENT_TYPES = {
  html: "text/html; charset=utf-8",
  css: "text/css",
  json: "application/json",
  bytes: "application/octet-stream",
  /** JSON Lines. */
  lines: "application/x-ndjson; charset=utf-8",
} as const;
