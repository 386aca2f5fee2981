import type { KeyPath } from "./key_path.ts";

/** A key of a tree of paths. */
interface Branch {
  /** The index of the last path that ends here. */
  own?: number;
  /** The indices of the first and the last path that lead here or through here. */
  first: number;
  last: number;
  readonly inner: Map<string, Branch>;
}

/** Paths, numbered in the order in which they are added; one is compared with all of them in as many steps as it has keys. */
export class PathTree {
  private readonly root: Branch = { first: 0, last: -1, inner: new Map() };
  private count = 0;

  /** @param paths the first ones */
  constructor(paths: Iterable<KeyPath> = []) {
    for (const path of paths) this.add(path);
  }

  /** Adds a path under the next number. */
  add(path: KeyPath): void {
    const index = this.count++;
    let at = this.root;
    at.last = index;
    for (const key of path.map(String)) {
      const inner = at.inner.get(key) ?? { first: index, last: index, inner: new Map() };
      at.inner.set(key, inner);
      inner.last = index;
      at = inner;
    }
    at.own = index;
  }

  /** The last path that is a path or leads to a value around it; `undefined` where there is none. */
  around(path: KeyPath): number | undefined {
    let at: Branch | undefined = this.root;
    let last = at.own;
    for (const key of path) {
      at = at.inner.get(String(key));
      if (at === undefined) break;
      if (at.own !== undefined && (last === undefined || at.own > last)) last = at.own;
    }
    return last;
  }

  /** The first and the last path that are a path or lead to a value within it; `undefined` where there is none. */
  within(path: KeyPath): { readonly first: number; readonly last: number } | undefined {
    let at: Branch | undefined = this.root;
    for (const key of path) at = at?.inner.get(String(key));
    return at === undefined || at.last < 0 ? undefined : { first: at.first, last: at.last };
  }
}
