/**
 * The tooltips of terms and numbers: when they are pointed at, have the focus or are tapped.
 */
import { explained } from "./words.js";

const tooltip = document.getElementById("tooltip");

const showAt = ({ target }) => {
  const named = target instanceof Element ? target.closest("[data-term]") : null;
  tooltip.hidden = named === null;
  if (named === null) return;
  tooltip.textContent = explained(named.dataset);
  const box = named.getBoundingClientRect();
  const last = document.documentElement.clientWidth - tooltip.offsetWidth - 8;
  tooltip.style.left = `${Math.min(Math.max(8, box.left), last) + scrollX}px`;
  tooltip.style.top = `${box.bottom + scrollY + 6}px`;
};

/** Shows tooltips from now on. */
export const showTooltips = () => {
  for (const kind of ["pointerover", "focusin", "click"]) document.addEventListener(kind, showAt);
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") tooltip.hidden = true;
  });
};
