/**
 * All predictions of the page's runs: filtered, sorted, and shown page by page. They are unpacked when the reader opens them.
 */
import { d3 } from "./libraries.js";
import { element, grouped, inLanguage, labelled, translate, visible } from "./words.js";

/** The rows of a page. */
const ROWS = 50;

/** The runs in the page, as a saved report has them for a diff: compressed JSON. */
const unpackRuns = async () => {
  const zipped = atob(document.getElementById("softprompt-runs").textContent);
  const bytes = Uint8Array.from(zipped, (character) => character.charCodeAt(0));
  const json = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const { testSets, runs } = await new Response(json).json();
  return runs.map(({ name, testSet, classes, predictions }) => ({
    name: visible(name),
    classes: classes.map(visible),
    rows: testSets[testSet].map(([id, , text, label], at) => {
      const [predicted, , ...probabilities] = predictions[at];
      return {
        at,
        id: visible(id),
        text: visible(text),
        label: visible(label),
        predicted: visible(classes[predicted]),
        probability: probabilities[predicted],
      };
    }),
  }));
};

/** The columns, each with what rows are sorted by. */
const COLUMNS = {
  text: "text",
  label: "label",
  predicted: "predicted",
  probability: "probability",
  id: "at",
};

const OUTCOMES = {
  all: () => true,
  correct: ({ label, predicted }) => label === predicted,
  wrong: ({ label, predicted }) => label !== predicted,
};

const option = (value, name) => element("option", { value, ...(name && { "data-phrase": name }) }, value);
const field = (name, control) => {
  // Its name is that of the control: the text of a label around it would have its options, too.
  control.dataset.label = name;
  return element("label", {}, element("span", { "data-phrase": name }), " ", control);
};

const rowOf = ({ id, text, label, predicted, probability }) =>
  element(
    "tr",
    {},
    element("td", {}, text),
    element("td", {}, label),
    element("td", {}, label === predicted ? predicted : element("span", { class: "wrong" }, predicted)),
    element(
      "td",
      { class: "numeric" },
      element("span", { class: "number", "data-term": "probability" }, probability.toFixed(3)),
    ),
    element("td", { class: "soft" }, id),
  );

/** The table of all predictions, in a place that is empty. */
const fill = (place, runs) => {
  let run = runs[0];
  let sorted = { by: "id", isDown: false };
  let page = 0;

  const controls = {
    run: element("select", {}, ...runs.map(({ name }, i) => element("option", { value: i }, name))),
    outcome: element("select", {}, ...Object.keys(OUTCOMES).map((name) => option(name, name))),
    label: element("select"),
    predicted: element("select"),
    search: element("input", { type: "search" }),
  };
  const status = element("p", { role: "status", class: "soft" });
  const body = element("tbody");
  const headers = Object.keys(COLUMNS).map((name) => {
    const button = element("button", { type: "button", "data-phrase": name });
    button.addEventListener("click", () => {
      sorted = { by: name, isDown: sorted.by === name && !sorted.isDown };
      page = 0;
      show();
    });
    return { name, cell: element("th", { scope: "col" }, button) };
  });
  const before = element("button", { type: "button", "data-phrase": "previous_page" });
  const after = element("button", { type: "button", "data-phrase": "next_page" });

  const chosen = () => {
    const { outcome, label, predicted, search } = controls;
    const sought = search.value.toLowerCase();
    const rows = run.rows.filter((row) =>
      OUTCOMES[outcome.value](row) && ["", row.label].includes(label.value) &&
      ["", row.predicted].includes(predicted.value) &&
      row.text.toLowerCase().includes(sought)
    );
    const key = COLUMNS[sorted.by];
    const compare = sorted.isDown ? d3.descending : d3.ascending;
    return d3.sort(rows, (a, b) => compare(a[key], b[key]));
  };
  const show = () => {
    const rows = chosen();
    const pages = Math.max(1, Math.ceil(rows.length / ROWS));
    page = Math.min(page, pages - 1);
    body.replaceChildren(...rows.slice(page * ROWS, (page + 1) * ROWS).map(rowOf));
    for (const { name, cell } of headers) {
      cell.ariaSort = sorted.by !== name ? "none" : sorted.isDown ? "descending" : "ascending";
    }
    before.disabled = page === 0;
    after.disabled = page === pages - 1;
    status.textContent = [
      labelled("examples", `${grouped(rows.length)} / ${grouped(run.rows.length)}`),
      labelled("page", `${grouped(page + 1)} / ${grouped(pages)}`),
    ].join(" · ");
  };
  const turn = (by) => () => {
    page += by;
    show();
  };
  const choose = () => {
    page = 0;
    show();
  };
  const chooseRun = () => {
    run = runs[Number(controls.run.value)];
    for (const select of [controls.label, controls.predicted]) {
      const all = element("option", { value: "", "data-phrase": "all" });
      select.replaceChildren(all, ...run.classes.map((name) => element("option", { value: name }, name)));
    }
    translate(place);
    choose();
  };
  before.addEventListener("click", turn(-1));
  after.addEventListener("click", turn(1));
  controls.run.addEventListener("change", chooseRun);
  for (const name of ["outcome", "label", "predicted"]) controls[name].addEventListener("change", choose);
  controls.search.addEventListener("input", choose);

  place.append(
    element(
      "div",
      { class: "controls", role: "group", "data-label": "predictions" },
      ...(runs.length > 1 ? [field("run", controls.run)] : []),
      field("outcome", controls.outcome),
      field("label", controls.label),
      field("predicted", controls.predicted),
      field("search", controls.search),
    ),
    status,
    element(
      "div",
      { class: "wide" },
      element(
        "table",
        {},
        element("thead", {}, element("tr", {}, ...headers.map(({ cell }) => cell))),
        body,
      ),
    ),
    element("p", { class: "controls" }, before, " ", after),
  );
  chooseRun();
  inLanguage(show);
};

/** Fills the place of the predictions, if the page has one, when it is first opened. */
export const showPredictions = () => {
  const place = document.querySelector(".predictions");
  if (place === null) return;
  const opened = place.closest("details");
  opened.addEventListener("toggle", async () => fill(place, await unpackRuns()), { once: true });
};
