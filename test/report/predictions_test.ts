import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { visible } from "../../src/base/visible.ts";
import { madeUpRun } from "../diff/runs.ts";
import { runReport } from "../../src/report/run_report.ts";
import { browserTest } from "./browser.ts";

const COUNT = 3000;
const HOSTILE = "</script><img src=x onerror=alert(1)>\x1b[31m\u202e\ttab";

const RUN = madeUpRun({
  good: Array.from({ length: COUNT }, (_, i) => ((i * 7919) % 1000 + 0.5) / 1000),
  change: (one, i) => i === 5 ? { ...one, text: HOSTILE } : one,
});

const reportHtml = () => runReport({ ...RUN, title: "a run", history: [], samples: [] });

/** Opens the list, and waits until it is there. */
async function openList(page: Page): Promise<void> {
  await page.getByText("All predictions on the test set").click();
  await page.locator(".predictions tbody tr").first().waitFor();
}

const status = (page: Page) => page.locator(".predictions [role=status]").innerText();

/** The cells of a column. */
const column = (page: Page, at: number) =>
  page.locator(`.predictions tbody tr > :nth-child(${at})`).allInnerTexts();

browserTest(
  "all predictions are listed page by page once they are opened, and their texts shown as themselves",
  async ({ open }) => {
    const { page, troubles } = await open(await reportHtml());
    assertEquals(await page.locator(".predictions tbody tr").count(), 0);
    await openList(page);
    assertEquals(await status(page), "examples: 3,000 / 3,000 · page: 1 / 60");
    assertEquals(await page.locator(".predictions tbody tr").count(), 50);
    assertEquals((await column(page, 5)).slice(0, 3), ["test:0", "test:1", "test:2"]);
    assertEquals(
      await page.locator(".predictions tbody tr").nth(5).locator("td").first().textContent(),
      visible(HOSTILE),
    );
    const previous = page.getByRole("button", { name: "previous page" });
    assert(await previous.isDisabled());
    await page.getByRole("button", { name: "next page" }).click();
    assertEquals((await column(page, 5))[0], "test:50");
    assert(await previous.isEnabled());
    assertEquals(troubles, []);
  },
);

browserTest(
  "predictions are filtered by outcome, classes and text, and sorted by their columns, by keyboard too",
  async ({ open }) => {
    const { page } = await open(await reportHtml());
    await openList(page);
    const wrong = RUN.predictions.filter(({ label, predicted }) => label !== predicted);
    await page.locator(".predictions").getByLabel("outcome", { exact: true }).selectOption("wrong");
    assertEquals(
      await status(page),
      `examples: ${wrong.length.toLocaleString("en")} / 3,000 · page: 1 / ${Math.ceil(wrong.length / 50)}`,
    );
    await page.locator(".predictions").getByLabel("label", { exact: true }).selectOption("good");
    const ofGood = wrong.filter(({ label }) => label === "good");
    const header = page.getByRole("button", { name: "probability" });
    await header.focus();
    await page.keyboard.press("Enter");
    const sure = ofGood.map(({ probabilities }) => probabilities.bad!).toSorted((a, b) => a - b);
    assertEquals(await column(page, 4), sure.slice(0, 50).map((one) => one.toFixed(3)));
    const sorts = () =>
      page.locator(".predictions th").evaluateAll((all) => all.map((one) => one.getAttribute("aria-sort")));
    assertEquals(await sorts(), ["none", "none", "none", "ascending", "none"]);
    await page.keyboard.press("Enter");
    assertEquals((await column(page, 4))[0], sure.at(-1)!.toFixed(3));
    assertEquals((await sorts())[3], "descending");
    assertEquals(new Set(await column(page, 3)), new Set(["bad"]));
    await page.locator(".predictions").getByLabel("label", { exact: true }).selectOption("");
    await page.locator(".predictions").getByLabel("outcome", { exact: true }).selectOption("all");
    await page.locator(".predictions").getByLabel("text contains", { exact: true }).fill("TEXT 299");
    assertEquals((await column(page, 1)).toSorted(), [
      "text 299",
      ...Array.from({ length: 10 }, (_, i) => `text 299${i}`),
    ]);
    await page.locator("#language").click();
    assertEquals(await status(page), "样本数：11 / 3,000 · 页：1 / 1");
    assertEquals(
      await page.locator(".predictions").getByLabel("文本包含", { exact: true }).inputValue(),
      "TEXT 299",
    );
  },
);
