/// <reference lib="dom" />
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { RunRow, ViewIndex } from "../view_data.ts";
import { type AboutOrProblem, onServerChanges, type ViewSource } from "./data.ts";

/** The index as it is now, and whether it still changes. */
export interface LiveIndex {
  readonly index: ViewIndex | undefined;
  readonly trouble: string | undefined;
  /** Whether the server is there; of an exported site it never was. */
  readonly isConnected: boolean;
  /** What is known of a run, asked for again when the run has changed. */
  readonly about: (row: RunRow) => Promise<AboutOrProblem>;
}

/** Reads the index, and again whenever the server says that something has changed. A row that has not changed stays the same object. */
export function useIndex(source: ViewSource): LiveIndex {
  const [index, setIndex] = useState<ViewIndex | undefined>();
  const [trouble, setTrouble] = useState<string | undefined>();
  const [isConnected, setConnected] = useState(source.isLive);
  const known = useRef(new Map<string, { readonly row: RunRow; readonly text: string }>());
  const abouts = useRef(new WeakMap<RunRow, Promise<AboutOrProblem>>());
  const read = useCallback(async () => {
    try {
      const found = await source.index();
      const rows = found.rows.map((row) => {
        const text = JSON.stringify(row);
        const before = known.current.get(row.key);
        if (before?.text === text) return before.row;
        known.current.set(row.key, { row, text });
        return row;
      });
      setIndex({ ...found, rows });
      setTrouble(undefined);
    } catch (error) {
      setTrouble(error instanceof Error ? error.message : String(error));
    }
  }, [source]);
  useEffect(() => {
    read();
    return source.isLive ? onServerChanges(read, setConnected) : undefined;
  }, [source]);
  const about = useCallback((row: RunRow) => {
    const found = abouts.current.get(row) ?? source.about(row.key);
    abouts.current.set(row, found);
    return found;
  }, [source]);
  return { index, trouble, isConnected, about };
}
