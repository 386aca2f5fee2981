/// <reference lib="dom" />
import type * as Library from "@observablehq/plot";
import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { chartingLibrary } from "./charting.ts";

/** A chart of a width. @param plot the library */
export type Draw = (plot: typeof Library, width: number) => Element;

/** A chart, drawn again where its place gets another width. @param label what it shows, for those who do not see it */
export function Chart({ draw, label }: { readonly draw: Draw; readonly label: string }): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const { current } = place;
    if (!current) return;
    const observer = new ResizeObserver(() => setWidth(current.clientWidth));
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (width === 0) return;
    let isOver = false;
    chartingLibrary().then(
      (plot) => isOver || place.current?.replaceChildren(draw(plot, width)),
      ({ message }) => place.current?.replaceChildren(message),
    );
    return () => {
      isOver = true;
    };
  }, [draw, width]);
  return <div class="chart" role="img" aria-label={label} ref={place} />;
}
