import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Page } from "playwright-core";
import { diffOf } from "../../src/diff/diff.ts";
import { reliabilityBins } from "../../src/evaluation/calibration.ts";
import { RandomStream } from "../../src/base/random_stream.ts";
import { diffReport } from "../../src/report/diff_report.ts";
import { textDiffsOf } from "../../src/diff/text_diff.ts";
import { textDiffReport } from "../../src/report/text_diff_report.ts";
import { textReport } from "../../src/report/text_report.ts";
import { runReport } from "../../src/report/run_report.ts";
import { sweepReport } from "../../src/report/sweep_report.ts";
import { TERMS } from "../../src/report/terms.ts";
import { summarize } from "../../src/results/summarize.ts";
import { madeUpRun } from "../diff/runs.ts";
import { madeUpRuns, madeUpSides } from "../diff/answered_sides.ts";
import { SEARCH_RECORD } from "./search_record.ts";
import { browserTest } from "./browser.ts";

const stream = new RandomStream(0, "test");
const guesses = (share: number) =>
  Array.from({ length: 120 }, (_, i) => {
    const sure = stream.uniform(0.55, 0.95);
    const isRight = stream.uniform(0, 1) < share;
    return isRight === (i % 2 === 1) ? sure : 1 - sure;
  });

const RUN = madeUpRun({
  good: guesses(0.7),
  change: (one, i) => i === 3 ? { ...one, text: '<script>alert("x")</script> & </script>' } : one,
});
const HISTORY = [1, 2, 3, 4].map((step) => ({
  step: 10 * step,
  epoch: step,
  loss: 0.7 - 0.05 * step,
  learning_rate: 0.03,
  gradient_norm: 1,
  ...(step % 2 === 0 && { validation: { accuracy: 0.5 + 0.05 * step, loss: 0.68 - 0.02 * step } }),
}));

const runPage = () =>
  runReport({
    ...RUN,
    title: "a run",
    history: HISTORY,
    samples: [{
      text: "一部好电影 <b>",
      label: "good",
      predicted: "bad",
      probabilities: { bad: 0.75, good: 0.25 },
    }],
    meaning: {
      vectors: [{
        vector: 0,
        initial_token: "film",
        nearest: [{ token: "movie", cosine: 0.91 }],
        movement: { distance: 1.5, cosine: 0.8 },
      }],
      duplicates: [{ token: "movie", vectors: [0, 3] }],
      label_words: [{ class: "negative", token: "bad", vectors: [] }],
    },
  });

function sweepPage(): Promise<string> {
  const runs = [1, 5, 20].flatMap((length) =>
    [0, 1].map((seed) => ({
      length,
      seed,
      name: `length=${length},seed=${seed}`,
      run: madeUpRun({ good: guesses(0.6 + length / 100), seed, length }),
    }))
  );
  const rows = runs.map(({ length, seed, name, run: { metrics } }) => ({
    experiment: "x",
    variant: name,
    settings: { "prompt.length": length, seed },
    seed,
    status: "complete" as const,
    folder: name,
    metrics: { ...metrics, validation: metrics.test },
  }));
  const failed = {
    ...rows[0]!,
    variant: "length=50,seed=0",
    status: "failed" as const,
    error: "it broke <here>",
    metrics: undefined,
  };
  const { metrics: _, ...broken } = failed;
  return sweepReport(
    summarize("a sweep", [...rows, broken]),
    new Map(runs.map(({ name, run }) => [name, run])),
  );
}

function diffPage(): Promise<string> {
  const side = (source: string, share: number) => ({
    source,
    groups: [{ name: "", runs: [madeUpRun({ good: guesses(share) })] }],
  });
  return diffReport(diffOf(side("results/a", 0.55), side("results/b", 0.85), 0.05));
}

const textDiffPage = () => textDiffReport(textDiffsOf(...madeUpSides(), 0.05));

function textRunPage(): Promise<string> {
  const [run] = madeUpRuns();
  const samples = [{ text: "花是什么颜色？", generated: "红色 <b>" }];
  const vectors = [{
    vector: 0,
    nearest: [{ token: "in", cosine: 0.9 }],
    movement: { distance: 1, cosine: 0.8 },
  }];
  const meaning = { vectors, duplicates: [], label_words: [] };
  return textReport({ ...run, title: "a run", history: HISTORY, samples, meaning });
}

/** How many marks of a kind a chart has. */
const marks = (page: Page, chart: string, mark: string) =>
  page.locator(`[data-chart="${chart}"] svg ${mark}`).count();

browserTest(
  "a run's report draws what its data say, without an error and without the network",
  async ({ open }) => {
    const { page, troubles } = await open(await runPage());
    assertEquals(troubles, []);
    assertEquals(await marks(page, "loss", '[aria-label="line"] path'), 2);
    assertEquals(
      await marks(page, "loss", '[aria-label="dot"] circle'),
      HISTORY.filter(({ validation }) => validation).length,
    );
    assertEquals(await marks(page, "accuracy", '[aria-label="dot"] circle'), 2);
    const counts = RUN.metrics.test.confusion.counts.flat();
    assertEquals(
      await page.locator('[data-chart="confusion"] .confusion-count text').allTextContents(),
      counts.map(String),
    );
    const bins = reliabilityBins(RUN.predictions.map(({ label, predicted, probabilities }) => ({
      confidence: probabilities[predicted]!,
      correct: label === predicted,
    })));
    assertEquals(
      await marks(page, "reliability", '[aria-label="dot"] circle'),
      bins.filter(({ count }) => count > 0).length,
    );
    const text = await page.locator("main").innerText();
    assertStringIncludes(text, `${(100 * RUN.metrics.test.accuracy.value).toFixed(1)}%`);
    assertStringIncludes(text, "一部好电影 <b>");
    assertStringIncludes(text, "movie 0.91");
  },
);

const PAGES = [
  ["run", runPage],
  ["sweep", sweepPage],
  ["diff", diffPage],
  ["text run", textRunPage],
  ["text diff", textDiffPage],
] as const;

for (const [name, page_] of PAGES) {
  browserTest(`every number of a ${name}'s report has a tooltip that says what it is`, async ({ open }) => {
    const { page, troubles } = await open(await page_());
    await page.locator("details").evaluateAll((all) => all.forEach((one) => one.setAttribute("open", "")));
    const numeric = await page.locator("td").evaluateAll((cells) =>
      cells.filter((cell) =>
        /^[-+]?\d[\d.]*%?( |$)/.test(cell.textContent ?? "") && !cell.querySelector(".number")
      )
        .map((cell) => cell.textContent)
    );
    const bare = name === "sweep" ? ["1", "5", "20"] : ["native CPU"];
    assertEquals(
      numeric.filter((text) => !bare.includes(text ?? "")),
      [],
      "numbers in cells without a tooltip",
    );
    const numbers = page.locator(".number:visible");
    const terms = await numbers.evaluateAll((all) => all.map((one) => one.getAttribute("data-term")));
    assert(terms.length > 0 && terms.every((term) => term !== null && term in TERMS), terms.join());
    for (const at of new Set(terms.map((term) => terms.indexOf(term)))) {
      await numbers.nth(at).hover();
      const { about } = TERMS[terms[at] as keyof typeof TERMS];
      assertStringIncludes(await page.locator("#tooltip").innerText(), about.en);
    }
    await page.keyboard.press("Escape");
    assertEquals(await page.locator("#tooltip").isVisible(), false);
    assertEquals(troubles, []);
  });

  browserTest(
    `a ${name}'s report is readable in the dark, on a phone, on paper and in Chinese`,
    async ({ open }) => {
      const html = await page_();
      const phone = await open(html, { width: 360, isDark: true, locale: "zh-CN" });
      const facts = () =>
        phone.page.evaluate(() => {
          // deno-lint-ignore no-explicit-any -- this runs in the page
          const { document, getComputedStyle } = globalThis as any;
          const { documentElement: root, body } = document;
          const style = getComputedStyle(body);
          return {
            overflow: root.scrollWidth - root.clientWidth,
            language: root.lang,
            paper: style.backgroundColor,
            ink: style.color,
          };
        });
      const dark = await facts();
      assertEquals([dark.overflow, dark.language, dark.paper], [0, "zh-CN", "rgb(22, 24, 27)"]);
      assert(/[\u4e00-\u9fff]/.test(await phone.page.locator("main").innerText()));
      await phone.page.locator(".term").first().click();
      assert(
        /[\u4e00-\u9fff]/.test(await phone.page.locator("#tooltip").innerText()),
        "a tap shows the tooltip",
      );
      await phone.page.locator("#language").click();
      assertEquals((await facts()).language, "en");
      await phone.page.emulateMedia({ media: "print" });
      assertEquals([(await facts()).paper, await phone.page.locator("#language").isVisible()], [
        "rgb(255, 255, 255)",
        false,
      ]);
      assert((await phone.page.pdf()).length > 10_000, "it can be printed");
      assertEquals(phone.troubles, []);
    },
  );
}

browserTest(
  "the report of a run of texts has no empty table, and its texts have room on a phone",
  async ({ open }) => {
    const { page } = await open(await textRunPage(), { width: 390 });
    const rows = await page.locator("tbody").evaluateAll((all) => all.map((one) => one.children.length));
    assert(rows.length > 0 && rows.every((count) => count > 0), rows.join());
    const cells = page.locator("tr:has(mark) td:not(.numeric)");
    const widths = await cells.evaluateAll((all) => all.map((one) => one.getBoundingClientRect().width));
    assert(widths.length > 0 && widths.every((width) => width >= 120), widths.join());
  },
);

browserTest("a sweep's report plots accuracy over the swept key, and shows what failed", async ({ open }) => {
  const { page, troubles } = await open(await sweepPage());
  assertEquals(troubles, []);
  assertEquals(await marks(page, "sweep", ".means circle"), 3);
  assertEquals(await marks(page, "sweep", ".points circle"), 6);
  assertEquals(await marks(page, "sweep", ".spread line"), 3);
  assertEquals(await marks(page, "sweep", ".series path"), 1);
  const text = await page.locator("main").innerText();
  assertStringIncludes(text, "it broke <here>");
  assertEquals(text.match(/best by validation/g)?.length, 1);
});

browserTest(
  "a search's report draws what was tried, and sets the value that won beside fresh seeds",
  async ({ open }) => {
    const summary = { ...summarize("a search", []), search: SEARCH_RECORD };
    const { page, troubles } = await open(await sweepReport(summary, new Map()));
    assertEquals(troubles, []);
    assertEquals(await marks(page, "parallel", ".trials path"), 2);
    assertEquals(await marks(page, "best_so_far", ".points circle"), 3);
    const [text = ""] = await page.locator("main").allTextContents();
    for (
      const said of ["80.0%", "70.0% ± 1.0", "68.0% ± 2.0", "lies at the edge", "the loss is <not> finite"]
    ) {
      assertStringIncludes(text, said);
    }
  },
);

browserTest("a diff's report says its intervals in the reader's language", async ({ open }) => {
  const { page } = await open(await diffPage(), { locale: "zh-CN", width: 390 });
  const heights = await page.locator("td .soft").evaluateAll((all) =>
    all.map((one) => one.getBoundingClientRect().height)
  );
  assert(heights.length > 0 && heights.every((height) => height < 60), `verdicts are ${heights} px high`);
  const intervals = page.locator("td [data-term=delta_interval]");
  const shown = await intervals.allInnerTexts();
  assertEquals(shown.length, 5);
  for (const text of shown) assert(/^[-+]?[\d.]+ 至 [-+]?[\d.]+$/.test(text), text);
  await page.locator("#language").click();
  assert(/^[-+]?[\d.]+ to [-+]?[\d.]+$/.test((await intervals.allInnerTexts())[0]!));
});

browserTest("a diff's report draws each metric's interval in its verdict's colour", async ({ open }) => {
  const { page, troubles } = await open(await diffPage());
  assertEquals(troubles, []);
  assertEquals(await marks(page, "intervals", ".interval line"), 4);
  assertEquals(await marks(page, "intervals", ".delta circle"), 4);
  const verdicts = await page.locator("td span.better").count();
  const green = await page.locator('[data-chart="intervals"] .interval line[stroke="var(--good)"]')
    .count();
  assert(verdicts > 0);
  assertEquals(green, verdicts);
});

browserTest(
  "a diff of texts shows them side by side, and marks words, or characters, not by colour alone",
  async ({ open }) => {
    const { page, troubles } = await open(await textDiffPage(), { isDark: true });
    assertEquals(troubles, []);
    assertEquals(await marks(page, "intervals", ".interval line"), 4);
    await page.locator("details").evaluateAll((all) => all.forEach((one) => one.setAttribute("open", "")));
    const rows = page.locator("details tbody tr");
    assertEquals(await rows.count(), 36);
    assertEquals(await rows.nth(0).locator("mark").allTextContents(), ["June", "May"]);
    assertEquals(await rows.nth(1).locator("mark").allTextContents(), ["蓝", "红"]);
    const sides = await rows.nth(0).locator("td").allInnerTexts();
    assertEquals(sides, ["when was <it> | 4?", "in May 1998", "in June 1998", "in May 1998"]);
    const mark = page.locator("mark").first();
    const lookOf = () =>
      mark.evaluate((one) => {
        // deno-lint-ignore no-explicit-any -- this runs in the page
        const style = (globalThis as any).getComputedStyle(one);
        return [style.textDecorationLine, style.backgroundColor, style.color];
      });
    assertEquals(await lookOf(), ["underline", "rgb(84, 71, 8)", "rgb(230, 231, 233)"]);
    await page.emulateMedia({ media: "print" });
    assertEquals((await lookOf()).slice(0, 2), ["underline", "rgba(0, 0, 0, 0)"]);
  },
);
