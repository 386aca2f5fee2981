/**
 * What runs in a report: the reader's language, the tooltips, and the charts, which Observable Plot draws from the page's data.
 */
(() => {
  const { d3, Plot } = globalThis;
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const charts = read("softprompt-charts");
  const { phrases, terms } = read("softprompt-words");
  const preferred = (navigator.languages?.[0] ?? navigator.language ?? "en").toLowerCase();
  let language = preferred.startsWith("zh") ? "zh" : "en";

  const phrase = (name) => (phrases[name] ?? terms[name])?.[language] ?? name;
  const probe = document.body.appendChild(document.createElement("span"));
  probe.hidden = true;
  /** A colour of the style sheet as it is now, in light or in dark. */
  const colour = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const percent = d3.format(".1%");

  /** Shares of an axis in per cent, with as many digits as tell its ticks apart. */
  const shares = (values) => {
    const [least, most] = d3.extent(values);
    return most - least < 0.08 ? ".1%" : ".0%";
  };

  /** What all charts have in common. */
  const plot = (place, options) => {
    const narrow = place.clientWidth < 480;
    return Plot.plot({
      width: Math.max(260, Math.min(860, place.clientWidth)),
      height: narrow ? 240 : 280,
      marginLeft: 52,
      marginBottom: 40,
      style: {
        background: "none",
        color: colour("ink"),
        fontSize: "12px",
        fontFamily: "inherit",
        overflow: "visible",
      },
      ...options,
    });
  };
  const palette = () => ["c1", "c2", "c3", "c4", "c5", "c6"].map(colour);
  const tips = () => ({ fill: colour("panel"), stroke: colour("line") });

  const draw = {
    loss: (place) => {
      const lines = charts.loss.map((point) => ({ ...point, part: phrase(point.part) }));
      const validation = lines.filter((_, i) => charts.loss[i].part === "validation");
      return plot(place, {
        x: { label: `${phrase("step")} →` },
        y: { label: `↑ ${phrase("loss")}`, grid: true },
        color: { legend: true, domain: [phrase("training"), phrase("validation")], range: palette() },
        marks: [
          Plot.lineY(lines, { x: "step", y: "loss", stroke: "part" }),
          Plot.dot(validation, { x: "step", y: "loss", fill: "part", r: 3 }),
          Plot.tip(
            lines,
            Plot.pointer({
              x: "step",
              y: "loss",
              ...tips(),
              title: (d) => `${phrase("step")} ${d.step}\n${d.part}: ${d.loss.toFixed(4)}`,
            }),
          ),
        ],
      });
    },
    accuracy: (place) =>
      plot(place, {
        x: { label: `${phrase("step")} →` },
        y: {
          label: `↑ ${phrase("accuracy")}`,
          grid: true,
          tickFormat: shares(charts.accuracy.map(({ accuracy }) => accuracy)),
        },
        marks: [
          Plot.lineY(charts.accuracy, { x: "step", y: "accuracy", stroke: colour("c2") }),
          Plot.dot(charts.accuracy, { x: "step", y: "accuracy", fill: colour("c2"), r: 3 }),
          Plot.tip(
            charts.accuracy,
            Plot.pointer({
              x: "step",
              y: "accuracy",
              ...tips(),
              title: (d) => `${phrase("step")} ${d.step}: ${percent(d.accuracy)}`,
            }),
          ),
        ],
      }),
    confusion: (place) => {
      const { classes, counts } = charts.confusion;
      const cells = classes.flatMap((label, i) =>
        classes.map((predicted, j) => ({
          label,
          predicted,
          count: counts[i][j],
          share: counts[i][j] / (d3.sum(counts[i]) || 1),
        }))
      );
      const side = Math.min(place.clientWidth - 20, 110 + 90 * classes.length);
      return plot(place, {
        width: Math.max(240, side),
        height: 90 + 62 * classes.length,
        marginLeft: 90,
        marginTop: 50,
        marginBottom: 10,
        x: { domain: classes, axis: "top", label: `${phrase("predicted")} →`, labelOffset: 42 },
        y: { domain: classes, label: phrase("label") },
        color: { type: "linear", domain: [0, 1], range: [colour("panel"), colour("c1")] },
        marks: [
          Plot.cell(cells, { x: "predicted", y: "label", fill: "share", inset: 1, rx: 4 }),
          Plot.text(cells, {
            x: "predicted",
            y: "label",
            text: (d) => `${d.count}`,
            fontSize: 15,
            fill: (d) => d.share > 0.55 ? colour("paper") : colour("ink"),
            className: "confusion-count",
          }),
          Plot.tip(
            cells,
            Plot.pointer({
              x: "predicted",
              y: "label",
              ...tips(),
              title: (d) =>
                `${phrase("label")} ${d.label}, ${phrase("predicted")} ${d.predicted}: ${d.count} (${
                  percent(d.share)
                })`,
            }),
          ),
        ],
      });
    },
    reliability: (place) => {
      const bins = charts.reliability.filter(({ count }) => count > 0);
      const side = Math.min(place.clientWidth, 380);
      return plot(place, {
        width: side,
        height: side,
        x: { domain: [0, 1], label: `${phrase("confidence")} →`, tickFormat: ".0%", ticks: 5 },
        y: { domain: [0, 1], label: `↑ ${phrase("accuracy")}`, tickFormat: ".0%", ticks: 5, grid: true },
        r: { range: [0, 14] },
        marks: [
          Plot.line([[0, 0], [1, 1]], { stroke: colour("soft"), strokeDasharray: "4 4" }),
          Plot.link(bins, {
            x1: "confidence",
            x2: "confidence",
            y1: "confidence",
            y2: "accuracy",
            stroke: colour("c2"),
            strokeWidth: 1.5,
          }),
          Plot.dot(bins, {
            x: "confidence",
            y: "accuracy",
            r: "count",
            fill: colour("c1"),
            fillOpacity: 0.75,
          }),
          Plot.tip(
            bins,
            Plot.pointer({
              x: "confidence",
              y: "accuracy",
              ...tips(),
              title: (d) =>
                `${phrase("confidence")} ${percent(d.confidence)}\n${phrase("accuracy")} ${
                  percent(d.accuracy)
                }\n${phrase("examples")} ${d.count}`,
            }),
          ),
        ],
      });
    },
    sweep: (place) => {
      const { key, log, means, points } = charts.sweep[Number(place.dataset.index)];
      const names = [...new Set(means.map(({ series }) => series))];
      const many = names.length > 1;
      const stroke = many ? "series" : colour("c1");
      return plot(place, {
        x: {
          label: `${key} →`,
          type: log ? "log" : "linear",
          ...(log ? { ticks: [...new Set(means.map(({ x }) => x))], tickFormat: String } : { ticks: 6 }),
        },
        y: {
          label: `↑ ${phrase("test_accuracy")}`,
          grid: true,
          tickFormat: shares(points.map(({ y }) => y)),
        },
        color: { legend: many, domain: names, range: palette() },
        marks: [
          Plot.ruleX(means.filter(({ sd }) => sd !== null), {
            x: "x",
            y1: (d) => d.mean - d.sd,
            y2: (d) => d.mean + d.sd,
            stroke,
            strokeOpacity: 0.6,
            className: "spread",
          }),
          Plot.lineY(means, { x: "x", y: "mean", z: "series", stroke, className: "series" }),
          Plot.dot(points, {
            x: "x",
            y: "y",
            fill: many ? "series" : colour("c1"),
            r: 2,
            fillOpacity: 0.6,
            className: "points",
          }),
          Plot.dot(means, {
            x: "x",
            y: "mean",
            fill: many ? "series" : colour("c1"),
            r: 4,
            className: "means",
          }),
          Plot.tip(
            means,
            Plot.pointer({
              x: "x",
              y: "mean",
              ...tips(),
              title: (d) =>
                `${key} ${d.x}${d.series ? `\n${d.series}` : ""}\n${percent(d.mean)}${
                  d.sd === null ? "" : ` ± ${(100 * d.sd).toFixed(1)}`
                }`,
            }),
          ),
        ],
      });
    },
    intervals: (place) => {
      const rows = charts.intervals[Number(place.dataset.index)].map((row) => ({
        ...row,
        name: phrase(row.metric),
      }));
      const tone = { better: colour("good"), worse: colour("bad") };
      return plot(place, {
        height: 60 + 34 * rows.length,
        marginLeft: 120,
        x: { label: null, grid: true },
        y: { label: null, domain: rows.map(({ name }) => name) },
        marks: [
          Plot.ruleX([0], { stroke: colour("soft") }),
          Plot.ruleY(rows, {
            y: "name",
            x1: "low",
            x2: "high",
            strokeWidth: 3,
            stroke: (d) => tone[d.verdict] ?? colour("soft"),
            className: "interval",
          }),
          Plot.dot(rows, {
            y: "name",
            x: "value",
            r: 5,
            fill: (d) => tone[d.verdict] ?? colour("soft"),
            className: "delta",
          }),
          Plot.tip(
            rows,
            Plot.pointer({ y: "name", x: "value", ...tips(), title: (d) => `${d.name}: ${d.text}` }),
          ),
        ],
      });
    },
  };

  const main = document.querySelector("main");
  let width = 0;
  const drawAll = () => {
    width = main.clientWidth;
    for (const place of document.querySelectorAll(".chart")) {
      place.replaceChildren(draw[place.dataset.chart](place));
    }
  };

  const speak = () => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    for (const element of document.querySelectorAll("[data-phrase]")) {
      element.textContent = phrase(element.dataset.phrase);
    }
    for (const element of document.querySelectorAll("[data-name]")) {
      element.textContent = terms[element.dataset.name][language];
    }
    for (const element of document.querySelectorAll("[data-zh]")) {
      element.textContent = element.dataset[language];
    }
    document.getElementById("language").textContent = phrase("language");
    drawAll();
  };

  const tooltip = document.getElementById("tooltip");
  const show = (element) => {
    const { [element.dataset.term]: term, [element.dataset.of]: of } = terms;
    const isChinese = language === "zh";
    const explained = [of, term].filter(Boolean).map((one) => one.about[language]).join(isChinese ? "" : " ");
    const name = [of, term].filter(Boolean).map((one) => one[language]).join(isChinese ? "，" : ", ");
    tooltip.textContent = `${name}${isChinese ? "：" : ": "}${explained}`;
    tooltip.hidden = false;
    const box = element.getBoundingClientRect();
    const width = tooltip.offsetWidth;
    const left = Math.min(Math.max(8, box.left), document.documentElement.clientWidth - width - 8);
    tooltip.style.left = `${left + scrollX}px`;
    tooltip.style.top = `${box.bottom + scrollY + 6}px`;
  };
  const termAt = (event) => event.target instanceof Element ? event.target.closest("[data-term]") : null;
  const showAt = (event) => {
    const element = termAt(event);
    if (element) show(element);
    else tooltip.hidden = true;
  };
  for (const kind of ["pointerover", "focusin", "click"]) document.addEventListener(kind, showAt);
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") tooltip.hidden = true;
  });

  const button = document.getElementById("language");
  button.hidden = false;
  button.addEventListener("click", () => {
    language = language === "zh" ? "en" : "zh";
    speak();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  new ResizeObserver(() => {
    if (main.clientWidth !== width) drawAll();
  }).observe(main);
  speak();
})();
