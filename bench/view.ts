// deno-lint-ignore-file no-console
/**
 * How fast the page of `view` is with 1,000 runs, in headless Chromium: `deno task bench:view`.
 *
 * @module
 */
import { join } from "@std/path";
import { chromium, type Page } from "playwright-core";
import { median } from "./median.ts";
import { browserPath } from "../test/report/browser.ts";
import { writeMadeUpResults } from "../test/view/made_up_results.ts";

const RESULTS = {
  sweeps: Array.from({ length: 20 }, (_, i) => `study-${i + 1}`),
  lengths: [1, 5, 10, 20, 40],
  seeds: Array.from({ length: 10 }, (_, i) => i),
  examples: 100,
};

/** What is measured, and the most milliseconds that it may take. */
const LIMITS = { "the table is there": 2000, "sorting": 100, "filtering": 100, "the longest task": 200 };

type Measured = Record<keyof typeof LIMITS, number>;

/** The number of times that columns are sorted by and filters typed: the median counts, as other programs hold up single ones. */
const TIMES = 5;

/** Milliseconds from an input in the page until what it changes is painted. */
async function untilPainted(page: Page, act: string): Promise<number> {
  return await page.evaluate(`(async () => {
    const painted = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    await painted();
    const start = performance.now();
    ${act};
    await painted();
    return performance.now() - start;
  })()`);
}

const typed = (text: string) =>
  `const field = document.querySelector("input[type=search]"); field.value = ${
    JSON.stringify(text)
  }; field.dispatchEvent(new Event("input", { bubbles: true }))`;

const click = (column: number) =>
  `document.querySelectorAll("[role=columnheader] button")[${column}].click()`;

async function measure(url: string): Promise<Measured> {
  const executablePath = browserPath();
  if (executablePath === undefined) {
    throw new Error("there is no Chromium here, in which the page is measured");
  }
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.addInitScript(`
      globalThis.longest = 0;
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) globalThis.longest = Math.max(globalThis.longest, duration);
      }).observe({ type: "longtask", buffered: true });
    `);
    const start = performance.now();
    await page.goto(url);
    await page.waitForSelector(".rows [role=row]");
    const there = performance.now() - start;
    await page.selectOption("#grouping", "none");
    const [sorting, filtering]: [number[], number[]] = [[], []];
    for (let i = 0; i < TIMES; i++) {
      for (const column of [1, 2, 0]) sorting.push(await untilPainted(page, click(column)));
      for (const text of ["study-1", "length=5 seed=1", "*seed=3*", ""]) {
        filtering.push(await untilPainted(page, typed(text)));
      }
    }
    await page.selectOption("#grouping", "sweeps");
    await page.evaluate(`document.querySelector(".rows .group").click()`);
    await page.evaluate(`document.querySelector(".rows").scrollTop = 5000`);
    const longest = await page.evaluate<number>(
      `new Promise((resolve) => setTimeout(() => resolve(globalThis.longest), 500))`,
    );
    return {
      "the table is there": there,
      "sorting": median(sorting),
      "filtering": median(filtering),
      "the longest task": longest,
    };
  } finally {
    await browser.close();
  }
}

/** Serves a folder while something is measured. */
async function serving(folder: string): Promise<Measured> {
  const server = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--quiet", "src/main.ts", "view", folder, "--port", "0"],
    cwd: new URL("..", import.meta.url),
    env: { NO_COLOR: "1" },
    stdout: "piped",
  }).spawn();
  try {
    let said = "";
    for await (const part of server.stdout.pipeThrough(new TextDecoderStream())) {
      said += part;
      const [url] = /http:\S+/.exec(said) ?? [];
      if (url !== undefined) return await measure(url);
    }
    throw new Error(`the server ended: ${said}`);
  } finally {
    server.kill("SIGINT");
    await server.status;
  }
}

const folder = await Deno.makeTempDir();
try {
  const results: string = join(folder, "results");
  await writeMadeUpResults(results, RESULTS);
  const measured = await serving(results);
  for (const [what, most] of Object.entries(LIMITS)) {
    const milliseconds = measured[what as keyof Measured];
    console.log(
      `${what.padEnd(20)} ${milliseconds.toFixed(0).padStart(5)} ms, at most ${most}${
        milliseconds > most ? ": TOO SLOW" : ""
      }`,
    );
    if (milliseconds > most) Deno.exitCode = 1;
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
