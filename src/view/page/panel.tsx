/// <reference lib="dom" />
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useWords } from "./language.ts";

/** A part of the page below the table that can be closed; it comes into sight when it opens. */
export function Panel(
  { title, id, onClose, children }: {
    readonly title: string;
    readonly id: string;
    readonly onClose: () => void;
    readonly children: ComponentChildren;
  },
): JSX.Element {
  const { t } = useWords();
  const place = useRef<HTMLElement>(null);
  useEffect(() => place.current?.scrollIntoView({ block: "nearest" }), [title]);
  return (
    <section class="panel" id={id} aria-label={title} ref={place}>
      <header>
        <h2>{title}</h2>
        <button type="button" onClick={onClose}>{t("close")}</button>
      </header>
      {children}
    </section>
  );
}
