/// <reference lib="dom" />
import { options } from "preact";
import { useEffect, useState } from "preact/hooks";

/** Whether a media query holds now. What changes with it is drawn at once: a page is printed right after the event. */
export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const change = () => {
      const { debounceRendering } = options;
      options.debounceRendering = (render) => render();
      setMatches(media.matches);
      if (debounceRendering === undefined) delete options.debounceRendering;
      else options.debounceRendering = debounceRendering;
    };
    media.addEventListener("change", change);
    return () => media.removeEventListener("change", change);
  }, [query]);
  return matches;
}
