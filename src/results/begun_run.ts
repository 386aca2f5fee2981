import { join } from "@std/path";
import { readTextLimited, SHORT_LIMIT } from "../disk/read_limited.ts";
import type { RunContent } from "./read_run.ts";

/** The file of a partial folder that says which run was begun in it. */
export const BEGUN_FILE = "content_hash";

/** What that file holds: the hashes of the run's content, a line each. */
export function begunText({ contentHash, pathlessHash }: RunContent): string {
  return pathlessHash === undefined ? contentHash : `${contentHash}\n${pathlessHash}\n`;
}

/** The content of the run that was begun in a partial folder; `undefined` where there is none. */
export async function readBegun(partial: string): Promise<RunContent | undefined> {
  const text = await readTextLimited(join(partial, BEGUN_FILE), SHORT_LIMIT).catch(() => undefined);
  const [contentHash, pathlessHash] = (text ?? "").split("\n").filter((line) => line !== "");
  return contentHash === undefined ? undefined : { contentHash, pathlessHash };
}
