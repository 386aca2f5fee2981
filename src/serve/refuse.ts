import type { ServerResponse } from "node:http";

/** Ends a response with the reason why there is no other. */
export function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" });
  response.end(why);
}
