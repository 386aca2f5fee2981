// deno-lint-ignore-file no-console
import { type Browser, chromium, type Page } from "playwright-core";
import { join } from "@std/path";
import { memoize } from "../../src/base/memoize.ts";
import { inFolder } from "../commands/softprompt.ts";
import { mustHave } from "../shared.ts";
import { V8_FLAGS } from "../v8_flags.ts";

/**
 * Where Chromium or Chrome may be. The headless shell is first: it is the same engine without the windows around it, and opening a page
 * takes less than half of the processor time.
 */
const PLACES = [
  "/usr/bin/chromium-headless-shell",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

/** How a reader looks at a page. */
export interface Reader {
  readonly width?: number;
  readonly isDark?: boolean;
  readonly locale?: string;
}

/** Opens pages in a browser. */
export interface Opener {
  /**
   * Opens a page, saved as a file, and waits for its charts.
   *
   * @returns the page, and all errors in it and requests to the network
   */
  open(html: string, reader?: Reader): Promise<{ page: Page; troubles: string[] }>;
  /**
   * Goes to an address of a server on this computer.
   *
   * @param prepare called with the page before it goes there
   * @returns the page, and all errors in it and requests to other hosts
   */
  visit(
    url: string,
    reader?: Reader,
    prepare?: (page: Page) => Promise<void>,
  ): Promise<{ page: Page; troubles: string[] }>;
}

/** Where Chromium or Chrome is on this computer; `undefined` where there is none. */
export function browserPath(): string | undefined {
  return PLACES.find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

/** The browsers of a test file, by their flags: starting one takes longer than what most tests do in it. */
const browsers = new Map<string, Promise<Browser>>();

Deno.test.afterAll(async () => {
  for (const browser of browsers.values()) await (await browser).close();
});

/** A browser with some flags, which all tests of a file share. */
function browserWith(flags: readonly string[]): Promise<Browser> {
  return memoize(browsers, flags.join(" "), async () => {
    const executablePath = browserPath();
    if (executablePath === undefined) {
      throw new Error(`there is no Chromium (${PLACES.join(", ")}): apt-get install chromium-headless-shell`);
    }
    return await chromium.launch({
      executablePath,
      args: ["--no-sandbox", `--js-flags=${V8_FLAGS}`, ...flags],
    });
  });
}

/**
 * A test that needs a real browser: without one, it fails where there must be one, and is left out with a warning elsewhere.
 *
 * @param flags of Chromium
 */
export function browserTest(
  name: string,
  test: (opener: Opener) => Promise<void>,
  flags: readonly string[] = [],
): void {
  const isLeftOut = browserPath() === undefined && !mustHave("chromium");
  if (isLeftOut) console.warn(`left out, as there is no Chromium: ${name}`);
  Deno.test({
    name,
    ignore: isLeftOut,
    // The browser outlives the test.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: () =>
      inFolder(async (folder) => {
        const browser = await browserWith(flags);
        try {
          let pages = 0;
          await test({
            open: (html, reader) => openPage(browser, join(folder, `${pages++}.html`), html, reader),
            visit: (url, reader, prepare) => visitPage(browser, url, reader, prepare),
          });
        } finally {
          for (const context of browser.contexts()) await context.close();
        }
      }),
  });
}

/** A page as a reader sees it. */
async function pageFor(
  browser: Browser,
  { width = 1000, isDark = false, locale = "en-US" }: Reader = {},
): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: isDark ? "dark" : "light",
    locale,
  });
  return await context.newPage();
}

async function visitPage(
  browser: Browser,
  url: string,
  reader?: Reader,
  prepare?: (page: Page) => Promise<void>,
): Promise<{ page: Page; troubles: string[] }> {
  const page = await pageFor(browser, reader);
  await prepare?.(page);
  const troubles: string[] = [];
  const { origin } = new URL(url);
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") troubles.push(message.text());
  });
  page.on("request", (request) => {
    const asked = new URL(request.url());
    if (asked.origin !== origin && !["data:", "blob:"].includes(asked.protocol)) {
      troubles.push(`asked for ${request.url()}`);
    }
  });
  await page.goto(url);
  return { page, troubles };
}

async function openPage(
  browser: Browser,
  file: string,
  html: string,
  reader?: Reader,
): Promise<{ page: Page; troubles: string[] }> {
  await Deno.writeTextFile(file, html);
  const page = await pageFor(browser, reader);
  const troubles: string[] = [];
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) troubles.push(message.text());
  });
  page.on("request", (request) => {
    if (request.url() !== `file://${file}`) troubles.push(`asked for ${request.url()}`);
  });
  await page.goto(`file://${file}`);
  await page.waitForFunction(() =>
    // deno-lint-ignore no-explicit-any -- this runs in the page
    [...(globalThis as any).document.querySelectorAll(".chart")].every((place) => place.querySelector("svg"))
  );
  return { page, troubles };
}
