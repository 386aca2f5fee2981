import type { IncomingMessage } from "node:http";

/** Whether a request is of no other page than the server's own: browsers name the page's origin, other programs none. */
export function isOwnPage({ headers }: IncomingMessage): boolean {
  const { origin, host } = headers;
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") return false;
  return origin === undefined || URL.parse(origin)?.host === host;
}
