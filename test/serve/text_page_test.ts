import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { Page } from "playwright-core";
import { loadRun } from "softprompt";
import { freeExperiment } from "../commands/free_experiment.ts";
import { serving } from "../commands/serving.ts";
import { call, inFolder } from "../commands/softprompt.ts";
import { serveTexts } from "../../src/serve/text_server.ts";
import { browserTest, type Opener } from "../report/browser.ts";

const HARD = {
  name: "hard",
  prompt: { kind: "hard", template: "{text} {context} answer" },
  training: undefined,
};

/** A served page of a soft prompt with a hard one beside it. */
async function withPage(
  test: (url: string, folder: string) => Promise<void>,
  changes: Record<string, unknown> = {},
): Promise<void> {
  await inFolder(async (folder) => {
    for (const own of [{ training: undefined }, HARD]) {
      const file = await freeExperiment(folder, { ...own, ...changes });
      const { code, stderr } = await call(["run", file, "--results", folder]);
      assertEquals(code, 0, stderr);
    }
    const args = [join(folder, "free"), "--hard", join(folder, "hard"), "--results", folder];
    await serving(args, (url) => test(url, folder));
  });
}

/** Asks, and waits for both answers. */
async function ask(page: Page, text: string, context: string): Promise<string[]> {
  await page.fill("#field-text", text);
  await page.fill("#field-context", context);
  await page.click("#ask");
  for (const id of ["soft", "hard"]) {
    await page.waitForSelector(`#${id}-answer[data-done="yes"]`, { timeout: 60_000 });
  }
  return await page.locator(".answer").allTextContents();
}

const open = async ({ visit }: Opener, url: string, reader = {}) => {
  const { page, troubles } = await visit(url, reader);
  await page.waitForSelector("body[data-ready]", { timeout: 60_000 });
  return { page, troubles };
};

browserTest(
  "a page shows the answers of a soft and a hard prompt, as the run gives them",
  (opener) =>
    withPage(async (url, folder) => {
      const { page, troubles } = await open(opener, url);
      assertEquals(await page.inputValue("#field-text"), "who was it");
      assertEquals(await page.locator("code").allTextContents(), [
        "{prompt} {text} {context} answer",
        "{text} {context} answer",
      ]);
      for (
        const [text, context] of [["what is the film", "it was dull"], [
          "who was it",
          "the plot was very slow",
        ]] as const
      ) {
        const shown = await ask(page, text, context);
        const expected = await Promise.all(["free", "hard"].map(async (name) => {
          const run = await loadRun(join(folder, name), { answers: "texts" });
          const [answer] = await run.answer([{ text, context }]);
          await run.release();
          return answer!.text;
        }));
        assertEquals(shown, expected);
      }
      assert((await page.innerText("#soft-note")).includes("as many tokens as it may have"));
      assertEquals(await page.locator("#stop").isDisabled(), true);
      assertEquals(troubles, []);
    }),
);

browserTest(
  "a page of free texts speaks Chinese, fits a phone in the dark, and says what went wrong",
  (opener) =>
    withPage(async (url) => {
      const { page, troubles } = await open(opener, url, { locale: "zh-CN", width: 390, isDark: true });
      await ask(page, "what", "it was fun");
      assertEquals(await page.innerText("h2"), "提问");
      assertEquals(await page.innerText("#soft-note"), "回答为空。已达到词元数上限，回答可能不完整。");
      const width = await page.evaluate("document.documentElement.scrollWidth");
      assert(Number(width) <= 390, `the page is ${width} wide`);
      assertEquals(await page.evaluate("getComputedStyle(document.body).backgroundColor"), "rgb(22, 24, 27)");
      assertEquals(troubles, []);
      await page.route("**/answer", (route) => route.abort());
      await page.click("#ask");
      const trouble = page.locator("#soft-note.trouble", { hasText: "服务器没有应答" });
      await trouble.waitFor();
      await page.click("#language");
      assert((await page.innerText("#soft-note")).startsWith("the server does not answer"));
      await page.unroute("**/answer");
      await page.fill("#field-text", "x".repeat(70_000));
      await page.click("#ask");
      await page.locator("#soft-note.trouble", { hasText: "a question may have at most 65536 bytes" })
        .waitFor();
      await ask(page, "what", "it was good");
      assertEquals(await page.locator(".trouble:visible").count(), 0);
    }),
);

/** What a test tells a server whose answers grow. */
interface Told {
  readonly piece: (text: string) => void;
  /** Ends the answer, with the class that it stands for. */
  readonly end: (predicted: string | null) => void;
  /** Resolves once the work on an answer is stopped. */
  readonly stopped: Promise<void>;
}

/** A server whose answers grow when they are told to. */
async function withGrowing(test: (url: string, told: Told) => Promise<void>): Promise<void> {
  const ended = new AbortController();
  const pieces = new TransformStream<string, string>();
  const writer = pieces.writable.getWriter();
  const stopped = Promise.withResolvers<void>();
  const url = Promise.withResolvers<string>();
  let predicted: string | null = null;
  const serving = serveTexts({
    title: "growing",
    device: "a device",
    columns: ["text"],
    prompts: [{
      kind: "soft",
      template: "{prompt} {text}",
      path: "answer",
      answerQuestion: async function* (_, signal) {
        signal.addEventListener("abort", () => stopped.resolve());
        yield* pieces.readable;
        return { generated: "it", predicted, ended_by: "end token", log_probability: 0, truncated: 0 };
      },
    }],
    examples: [{ text: "one" }, { text: "two" }],
  }, {
    hostname: "127.0.0.1",
    port: 0,
    signal: ended.signal,
    onListen: url.resolve,
    onError: (error) => stopped.reject(error),
  });
  try {
    await test(await url.promise, {
      piece: (text) => void writer.write(text),
      end: (name) => {
        predicted = name;
        writer.close();
      },
      stopped: stopped.promise,
    });
  } finally {
    ended.abort();
    await serving;
  }
}

browserTest(
  "an answer is shown as it grows, and ends on the server where it is stopped",
  (opener) =>
    withGrowing(async (url, { piece, stopped }) => {
      const { page, troubles } = await open(opener, url);
      await page.click("#example");
      assertEquals(await page.inputValue("#field-text"), "two");
      await page.focus("#field-text");
      await page.keyboard.press("Control+Enter");
      for (const [grown, all] of [["It was", "It was"], [" 一九九八 <b>", "It was 一九九八 <b>"]] as const) {
        piece(grown);
        await page.locator("#soft-answer", { hasText: all }).waitFor();
        assertEquals(await page.getAttribute("#soft-answer", "aria-busy"), "true");
      }
      await page.click("#stop");
      await page.locator("#soft-note", { hasText: "stopped" }).waitFor();
      await stopped;
      assertEquals(await page.textContent("#soft-answer"), "It was 一九九八 <b>");
      assertEquals([await page.getAttribute("#soft-answer", "aria-busy"), await page.isEnabled("#stop")], [
        "false",
        false,
      ]);
      assertEquals(troubles, []);
    }),
);

browserTest("the class that a generated text stands for is shown under it", async (opener) => {
  for (const [predicted, note] of [["yes", "Class: yes."], [null, "It is the text of no class."]] as const) {
    await withGrowing(async (url, { piece, end }) => {
      const { page, troubles } = await open(opener, url);
      await page.click("#ask");
      piece("it");
      end(predicted);
      await page.waitForSelector('#soft-answer[data-done="yes"]');
      assertEquals(await page.innerText("#soft-note"), note);
      assertEquals(troubles, []);
    });
  }
});
