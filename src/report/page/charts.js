/**
 * Draws the charts of the page from the data in their places.
 */
import { d3 } from "./libraries.js";
import { accuracyChart, errorsOf, intervalsChart, lossChart, stepsOf, sweepChart } from "./curves.js";
import { bestSoFarChart, parallelChart } from "./search_charts.js";
import { addSaveButtons } from "./save_chart.js";
import { confusionChart, reliabilityChart } from "./squares.js";
import { inLanguage } from "./words.js";

/** How each kind is drawn; `shared`: the values on the x-axis that it has in common with all kinds that name the same function. */
const KINDS = {
  loss: { draw: lossChart, shared: stepsOf },
  accuracy: { draw: accuracyChart, shared: stepsOf },
  confusion: { draw: confusionChart },
  reliability: { draw: reliabilityChart },
  sweep: { draw: sweepChart },
  parallel: { draw: parallelChart },
  best_so_far: { draw: bestSoFarChart },
  intervals: { draw: intervalsChart, shared: errorsOf },
};

/** Draws all charts, again whenever the language or the width changes. */
export const drawCharts = () => {
  const charts = [...document.querySelectorAll(".chart")].map((place) => ({
    place,
    data: JSON.parse(place.textContent),
    ...KINDS[place.dataset.chart],
  }));
  const domains = d3.rollup(
    charts.filter(({ shared }) => shared),
    (group) => d3.extent(group.flatMap(({ data, shared }) => shared(data))),
    ({ shared }) => shared,
  );
  const main = document.querySelector("main");
  let width = 0;
  const drawAll = () => {
    width = main.clientWidth;
    for (const { place, data, draw, shared } of charts) {
      const chart = draw(place, data, domains.get(shared));
      chart.setAttribute("role", "img");
      chart.setAttribute(
        "aria-label",
        place.parentElement.querySelector("figcaption").firstChild.textContent,
      );
      place.replaceChildren(chart);
    }
  };
  for (const [i, { place }] of charts.entries()) addSaveButtons(place, i);
  inLanguage(drawAll);
  new ResizeObserver(() => {
    if (main.clientWidth !== width) drawAll();
  }).observe(main);
};
