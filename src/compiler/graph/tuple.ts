import { CompileError } from "./errors.ts";

/** A tuple of this many items of one type. */
export type Tuple<Item, Length extends number, Items extends readonly Item[] = readonly []> =
  Items["length"] extends Length ? Items
    : Tuple<Item, Length, readonly [...Items, Item]>;

/** Whether a list has this number of items. */
export function hasLength<Item, Length extends number>(
  items: readonly Item[],
  length: Length,
): items is readonly Item[] & Tuple<Item, Length> {
  return items.length === length;
}

/** What a function makes of each item of a tuple: as many items. */
export function mapTuple<const Items extends readonly unknown[], Result>(
  items: Items,
  make: (item: Items[number], at: number) => Result,
): { readonly [At in keyof Items]: Result };
export function mapTuple<Item, Result>(
  items: readonly Item[],
  make: (item: Item, at: number) => Result,
): readonly Result[] {
  return items.map(make);
}

/**
 * A list that must have this number of items.
 *
 * @param what names it, for the message: "the axes of heads"
 * @throws {CompileError} where it has another number
 */
export function ofLength<Item, Length extends number>(
  items: readonly Item[],
  length: Length,
  what: string,
): readonly Item[] & Tuple<Item, Length> {
  if (hasLength(items, length)) return items;
  throw new CompileError(`${what} are [${items.join(", ")}]: ${items.length} and not ${length}`);
}
