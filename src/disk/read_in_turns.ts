import { allDone } from "../base/all_done.ts";

/** The number of folders that are read at a time. */
const AT_A_TIME = 32;

/** Reads things from the disk, several at a time. @returns what was read, in their order */
export async function readInTurns<Item, Result>(
  items: readonly Item[],
  read: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < items.length; from += AT_A_TIME) {
    results.push(...await allDone(items.slice(from, from + AT_A_TIME).map(read)));
  }
  return results;
}
