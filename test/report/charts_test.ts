import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Page } from "playwright-core";
import { madeUpRun } from "../diff/runs.ts";
import { runReport } from "../../src/report/run_report.ts";
import { browserTest } from "./browser.ts";

const LONG = "a-class-whose-name-is-longer-than-a-phone-is-wide-and-has-no-space-to-break-at";

/** A run's report. @param validated the steps with a validation @param steps all logged steps */
function pageOf(validated: readonly number[], steps: readonly number[], names = ["bad", "good"]) {
  const run = madeUpRun({ good: [0.1, 0.9, 0.6, 0.7] });
  const { confusion, per_class, ...test } = run.metrics.test;
  const renamed = {
    ...test,
    confusion: { ...confusion, classes: names },
    per_class: Object.fromEntries(Object.values(per_class).map((one, i) => [names[i]!, one])),
  };
  return runReport({
    ...run,
    metrics: {
      ...run.metrics,
      parameters: { trained: 2560, of_model: 5348096, share: 2560 / 5348096 },
      test: renamed,
    },
    title: "a run: 1/2",
    samples: [],
    history: steps.map((step, i) => ({
      step,
      epoch: i,
      loss: 0.7 - i / 100,
      learning_rate: 0.1,
      gradient_norm: 1,
      ...(validated.includes(step) && { validation: { accuracy: 0.75, loss: 0.5 } }),
    })),
  });
}

/** The boxes of the elements in a chart that a selector finds, in px of the page. */
const boxes = (page: Page, chart: string, selector: string) =>
  page.locator(`[data-chart="${chart}"] svg ${selector}`).evaluateAll((all) =>
    all.map((one) => one.getBoundingClientRect()).map(({ left, right, top, bottom }) => ({
      left,
      right,
      top,
      bottom,
    }))
  );

/** Where a chart's x-axis has which tick. */
async function ticks(page: Page, chart: string): Promise<[string, number][]> {
  const labels = `[aria-label="x-axis tick label"] text`;
  const texts = await page.locator(`[data-chart="${chart}"] svg ${labels}`).allTextContents();
  const found = await boxes(page, chart, labels);
  return texts.map((text, i) => [text, Math.round((found[i]!.left + found[i]!.right) / 2)]);
}

browserTest("one validation, and one step, are points within axes that have ticks", async ({ open }) => {
  const { page, troubles } = await open(await pageOf([20], [20]));
  for (const chart of ["loss", "accuracy"]) {
    const [frame] = await page.locator(`[data-chart="${chart}"] svg`).evaluateAll((all) =>
      all.map((one) => one.getBoundingClientRect()).map(({ top, bottom }) => ({ top, bottom }))
    );
    const dots = await boxes(page, chart, '[aria-label="dot"] circle');
    assertEquals(dots.length, chart === "loss" ? 2 : 1);
    const labels = await boxes(page, chart, '[aria-label="y-axis tick label"] text');
    assert(labels.length >= 3, `${chart} has ${labels.length} ticks`);
    for (const { top, bottom } of dots) assert(top > frame!.top && bottom < frame!.bottom, chart);
  }
  assertEquals(troubles, []);
});

browserTest("the charts of a page have the same steps at the same places", async ({ open }) => {
  for (const width of [1000, 390]) {
    const { page } = await open(await pageOf([20, 30], [5, 20, 30, 100]), { width });
    const loss = await ticks(page, "loss");
    assertEquals(await ticks(page, "accuracy"), loss);
    assertEquals([loss[0]![0], loss.at(-1)![0]], ["0", "100"]);
  }
});

browserTest("long names of classes fit a phone, in charts and on the page", async ({ open }) => {
  for (const names of [["bad", LONG], Array.from({ length: 2 }, (_, i) => `${LONG} ${i} ${LONG}`)]) {
    const { page } = await open(await pageOf([], [1], names), { width: 390 });
    const overflow = await page.evaluate(() => {
      // deno-lint-ignore no-explicit-any -- this runs in the page
      const { documentElement: root } = (globalThis as any).document;
      return root.scrollWidth - root.clientWidth;
    });
    assertEquals(overflow, 0);
    const [frame] = await page.locator(`[data-chart="confusion"] svg`).evaluateAll((all) =>
      all.map((one) => one.getBoundingClientRect()).map(({ left, right, top, bottom }) => ({
        left,
        right,
        top,
        bottom,
      }))
    );
    for (const text of await boxes(page, "confusion", "text")) {
      const isWithin = text.left >= frame!.left - 1 && text.right <= frame!.right + 1 &&
        text.top >= frame!.top - 1 && text.bottom <= frame!.bottom + 1;
      assert(isWithin, JSON.stringify({ text, frame }));
    }
  }
});

/** The colours of a kind of element in the charts. */
const colours = (page: Page, selector: string, property: string) =>
  page.locator(selector).evaluateAll(
    // deno-lint-ignore no-explicit-any -- this runs in the page
    (all, name) => all.map((one) => (globalThis as any).getComputedStyle(one)[name]),
    property,
  );

browserTest(
  "a page that is dark on the screen is printed in the colours of a light one",
  async ({ open }) => {
    const html = await pageOf([20], [10, 20]);
    const inks: readonly (readonly [string, string])[] = [
      ['[data-chart="loss"] svg [aria-label="line"] path', "stroke"],
      ['[data-chart="loss"] svg [aria-label="y-axis tick label"] text', "color"],
      ['[data-chart="confusion"] svg rect', "fill"],
      ['[data-chart="confusion"] .confusion-count text', "fill"],
    ];
    const seen = async (page: Page) => {
      const all: string[][] = [];
      for (const [selector, property] of inks) all.push(await colours(page, selector, property));
      return all;
    };
    const light = await open(html);
    const dark = await open(html, { isDark: true });
    const onScreen = await seen(light.page);
    const inTheDark = await seen(dark.page);
    for (const [i, those] of onScreen.entries()) {
      assert(those.length > 0 && those.every((one, j) => one !== inTheDark[i]![j]), inks[i]!.join());
    }
    await dark.page.emulateMedia({ media: "print", colorScheme: "dark" });
    assertEquals(await seen(dark.page), onScreen);
  },
);

/** What a button of a chart saves. */
async function saved(page: Page, chart: string, name: string): Promise<[string, Uint8Array]> {
  const download = page.waitForEvent("download");
  await page.locator(`figure:has([data-chart="${chart}"])`).getByRole("button", { name }).click();
  const file = await download;
  return [file.suggestedFilename(), await Deno.readFile(await file.path())];
}

browserTest("each chart can be saved as SVG and PNG, in light colours and by itself", async ({ open }) => {
  const { page, troubles } = await open(await pageOf([20], [10, 20]), { isDark: true });
  const names = await page.locator(".chart").evaluateAll((all) => all.map((one) => one.dataset.chart));
  assertEquals(names, ["loss", "accuracy", "confusion", "reliability"]);
  for (const [i, name] of names.entries()) {
    const [file, bytes] = await saved(page, name!, "Save this chart as SVG");
    assertEquals(file, `a-run-1-2-${name}-${i + 1}.svg`);
    const svg = new TextDecoder().decode(bytes);
    assert(svg.startsWith("<svg") && svg.includes('xmlns="http://www.w3.org/2000/svg"'), svg.slice(0, 200));
    assertEquals(/var\(--(c\d|ink|paper|panel|soft|line)\)/.test(svg), false);
    assertEquals(svg.includes("rgb(230, 231, 233)"), false, "the ink of the dark page");
  }
  const [file, png] = await saved(page, "loss", "Save this chart as PNG");
  assertEquals(file, "a-run-1-2-loss-1.png");
  assertEquals([...png.subarray(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10]);
  const svg = page.locator('[data-chart="loss"] svg');
  const size = [Number(await svg.getAttribute("width")), Number(await svg.getAttribute("height"))];
  const header = new DataView(png.buffer, png.byteOffset);
  assertEquals([header.getUint32(16), header.getUint32(20)], size.map((side) => 3 * side));
  const [, legendary] = await saved(page, "loss", "Save this chart as SVG");
  assertStringIncludes(new TextDecoder().decode(legendary), "validation");
  assertEquals(troubles, []);
});

browserTest("a Chinese page says in Chinese how many numbers were trained", async ({ open }) => {
  const { page } = await open(await pageOf([], [1]), { locale: "zh-CN" });
  const line = await page.locator('[data-term="parameters"].number').innerText();
  assertEquals(line, "5,348,096 个中的 2,560 个（0.048%）");
  assertEquals(await page.locator("#language").innerText(), "English");
  const paragraphs = await page.locator("main > p").allInnerTexts();
  assertEquals(paragraphs.filter((text) => /[a-z]{2}/i.test(text)), []);
  await page.locator("#language").click();
  assertEquals(
    await page.locator('[data-term="parameters"].number').innerText(),
    "2,560 of 5,348,096 (0.048%)",
  );
  assertEquals(
    await page.locator('[data-chart="loss"]').locator("..").getByRole("button").first().getAttribute(
      "aria-label",
    ),
    "Save this chart as SVG",
  );
});

browserTest("the legend of a chart is below the label of its axis, in both languages", async ({ open }) => {
  for (const locale of ["en-US", "zh-CN"]) {
    const { page } = await open(await pageOf([20], [10, 20]), { width: 390, locale });
    const [label] = await boxes(page, "loss", '[aria-label="y-axis label"] text');
    const legend = await boxes(page, "loss", ".legend text");
    assertEquals(legend.length, 2);
    for (const { top } of legend) assert(top >= label!.bottom, `${top} is above ${label!.bottom}`);
  }
});
