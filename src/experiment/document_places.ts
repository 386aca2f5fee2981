import { isMap, isNode, isScalar, isSeq, type Node, type Pair, type YAMLMap } from "yaml";
import type { KeyPath } from "./key_path.ts";
import { asWritten } from "./yaml_value.ts";

/** Where a document's values are in its text. The keys of a map are looked up in an index, which is made once. */
export class DocumentPlaces {
  private readonly indices = new Map<YAMLMap, ReadonlyMap<string, Pair>>();

  /** @param contents the document's outermost value */
  constructor(private readonly contents: Node | null) {}

  /**
   * The offset of a value or of its key; that of the nearest enclosing value where the document does not have it.
   *
   * @param onKey whether the offset of the key is meant
   */
  offsetOf(path: KeyPath, onKey: boolean): number {
    let node: Node | null = this.contents;
    let offset = node?.range?.[0] ?? 0;
    for (const [depth, key] of path.entries()) {
      const pair: Pair | undefined = isMap(node) ? this.indexOf(node).get(String(key)) : undefined;
      const found: unknown = pair ? pair.value : isSeq(node) ? node.get(key, true) : undefined;
      const keyOffset = isNode(pair?.key) ? pair.key.range?.[0] : undefined;
      if (keyOffset !== undefined) offset = keyOffset;
      if (!isNode(found)) break;
      node = found;
      const isLast = depth === path.length - 1;
      if (!(isLast && onKey)) offset = node.range?.[0] ?? offset;
    }
    return offset;
  }

  /** A map's pairs by their keys as they are written; the first where a key occurs twice. */
  private indexOf(map: YAMLMap): ReadonlyMap<string, Pair> {
    const before = this.indices.get(map);
    if (before !== undefined) return before;
    const index = new Map<string, Pair>();
    for (const pair of map.items) {
      if (!isScalar(pair.key)) continue;
      const key = asWritten(pair.key);
      if (!index.has(key)) index.set(key, pair);
    }
    this.indices.set(map, index);
    return index;
  }
}
