/// <reference lib="dom" />
import { useRef } from "preact/hooks";

/** A list that stays the same object as long as its items do, so that what is made of it is not made again. */
export function useSame<Item>(items: readonly Item[]): readonly Item[] {
  const last = useRef(items);
  const { current } = last;
  const isSame = items.length === current.length && items.every((item, i) => item === current[i]);
  if (!isSame) last.current = items;
  return last.current;
}
