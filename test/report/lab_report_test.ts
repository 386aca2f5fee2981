import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { diffOf } from "../../src/diff/diff.ts";
import { labReport, type LabRun } from "../../src/report/lab_report.ts";
import { madeUpRun } from "../diff/runs.ts";
import { browserTest } from "./browser.ts";

const guesses = (wrong: number) =>
  Array.from({ length: 80 }, (_, i) => (i % 2 === 1) === (i % 10 >= wrong) ? 0.8 : 0.3);

function labRun(name: string, wrong: number, last: number, samples: LabRun["samples"]): LabRun {
  return {
    ...madeUpRun({ good: guesses(wrong), length: wrong + 1 }),
    name,
    samples,
    history: [1, last].map((step) => ({
      step,
      epoch: step,
      loss: 1 / step,
      learning_rate: 0.1,
      gradient_norm: 1,
      validation: { accuracy: 0.5, loss: 0.6 },
    })),
  };
}

const sample = (text: string, predicted: string) => ({
  text,
  label: "good",
  predicted,
  probabilities: { bad: 0.25, good: 0.75 },
});

const RUNS = [
  labRun("results/hard", 4, 10, [sample("a joy <b>", "bad"), sample("only here", "good")]),
  labRun("results/soft", 1, 50, [sample("a joy <b>", "good")]),
];

const side = (run: LabRun) => ({ source: run.name, groups: [{ name: run.name, runs: [run] }] });
const DIFF = diffOf(side(RUNS[0]!), side(RUNS[1]!), 0.05);

browserTest(
  "a page of two runs has both, their diff, their sentences side by side, and one axis of steps",
  async ({ open }) => {
    const { page, troubles } = await open(await labReport("two runs", RUNS, DIFF));
    const text = await page.locator("main").innerText();
    for (
      const expected of [
        "Comparison with the first run",
        "results/hard",
        "results/soft",
        "{prompt} {text} {mask}",
      ]
    ) {
      assertStringIncludes(text, expected);
    }
    const own = page.locator("section", { hasText: "Sentences of the experiment" }).first();
    assertEquals(
      (await own.locator("tbody tr").allInnerTexts()).map((row) => row.trim().split(/\s*\t\s*/)),
      [["a joy <b>", "good", "bad 0.250", "good 0.750"], ["only here", "good", "good 0.750"]],
    );
    const last = await page.locator('[data-chart="loss"], [data-chart="accuracy"]').evaluateAll((all) =>
      all.map((one) => [...one.querySelectorAll('[aria-label="x-axis tick label"] text')].at(-1)?.textContent)
    );
    assertEquals(last, ["50", "50", "50", "50"]);
    assertEquals(await page.locator('[data-chart="intervals"] svg').count(), 1);
    const levels = await page.locator("h1, h2, h3").evaluateAll((all) =>
      all.map((one) => Number(one.tagName[1]))
    );
    assert(levels.every((level, i) => i === 0 || level <= levels[i - 1]! + 1), levels.join());
    await page.getByText("All predictions on the test set").click();
    await page.locator(".predictions").getByLabel("run", { exact: true }).selectOption("results/soft");
    assertStringIncludes(await page.locator(".predictions [role=status]").innerText(), "80 / 80");
    assertEquals(troubles, []);
  },
);

browserTest(
  "a page of runs says why they are not compared, and which kept no sentences; it can be read in Chinese, on a phone and on paper",
  async ({ open }) => {
    const runs = [RUNS[0]!, { ...RUNS[1]!, samples: undefined }];
    const html = await labReport("two runs", runs, { reason: "other <texts>" });
    const { page, troubles } = await open(html, { width: 390, locale: "zh-CN", isDark: true });
    const text = await page.locator("main").innerText();
    for (const expected of ["这些运行无法比较： other <texts>", "早期版本的运行", "与第一次运行的比较"]) {
      assertStringIncludes(text, expected);
    }
    const overflow = await page.evaluate(() => {
      // deno-lint-ignore no-explicit-any -- this runs in the page
      const { documentElement: root } = (globalThis as any).document;
      return root.scrollWidth - root.clientWidth;
    });
    assertEquals(overflow, 0);
    await page.emulateMedia({ media: "print" });
    assertEquals(await page.locator(".save").first().isVisible(), false);
    assert((await page.pdf()).length > 10_000);
    assertEquals(troubles, []);
  },
);
