import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { Page } from "playwright-core";
import { call, inFolder } from "../commands/softprompt.ts";
import { madeUpTexts } from "../diff/text_runs.ts";
import { browserTest } from "../report/browser.ts";
import { writeRecord } from "../results/write_record.ts";
import { writeMadeUpResults } from "./made_up_results.ts";
import { viewing } from "./viewing.ts";

const SHAPE = { lengths: [5, 20], seeds: [0, 1, 2], examples: 40 };

const NEIGHBOURS = {
  vectors: [{
    vector: 0,
    nearest: [{ token: "<i>joy", cosine: 0.9 }],
    movement: { distance: 1, cosine: 0.5 },
  }],
  duplicates: [],
  label_words: [],
};

/** What a page would run if it took a text for HTML, and what turns the direction of writing. */
const HOSTILE = '<img src="x" onerror="globalThis.isHurt = true">\u202e';

async function made(folder: string): Promise<string> {
  const results: string = join(folder, "results");
  await writeMadeUpResults(results, { sweeps: ["one", "other"], ...SHAPE });
  await Deno.writeTextFile(
    join(results, "one/length=5,seed=0/neighbours.json"),
    JSON.stringify(NEIGHBOURS),
  );
  await Deno.writeTextFile(join(results, "one/length=5,seed=0/note.txt"), HOSTILE);
  return results;
}

/** The cells of the rows of a table whose first cell is one of some names. */
async function cellsOf(page: Page, selector: string): Promise<string[][]> {
  const rows = await page.locator(`${selector} tbody tr`).all();
  return await Array.fromAsync(rows, (row) => row.locator("td").allInnerTexts());
}

const rowOf = (page: Page, label: string) => page.locator(".rows [role=row]", { hasText: label }).first();

/** Selects one row for a side. */
async function choose(page: Page, label: string, side: "a" | "b"): Promise<void> {
  await rowOf(page, label).locator("input").click();
  await page.click(`#as-${side}`);
}

browserTest(
  "the page finds, draws, compares and notes runs, and follows what changes",
  ({ visit }) =>
    inFolder(async (folder) => {
      const results = await made(folder);
      await viewing(folder, async ({ url, removed, errors }) => {
        const { page, troubles } = await visit(url);
        const count = page.locator("#count");
        await count.getByText("12 runs", { exact: true }).waitFor();
        assertEquals(await page.locator(".rows [role=row]").count(), 2);

        await page.selectOption("#grouping", "none");
        await page.fill("[type=search]", "length=5 seed=1");
        await count.getByText("2 / 12 runs").waitFor();
        await page.fill("[type=search]", "");
        await page.locator("[role=grid]").focus();
        await page.keyboard.press("Tab");
        assertEquals(await page.evaluate("document.activeElement.textContent"), "name");
        await page.getByRole("button", { name: "length" }).focus();
        for (const key of ["Enter", "Space"]) await page.keyboard.press(key);
        assertEquals(await page.locator("[aria-sort=descending]").innerText(), "length");
        assertStringIncludes(await page.locator(".rows [role=row]").first().innerText(), "length=20");

        await choose(page, "one/length=5,seed=1", "a");
        await choose(page, "one/length=20,seed=1", "b");
        await page.click("#compare");
        await page.waitForSelector("#compared");
        const sides = [5, 20].map((length) => join(results, `one/length=${length},seed=1`));
        const { stdout } = await call(["diff", ...sides]);
        const printed = stdout.split("\n").filter((line) =>
          /^(accuracy|macro F1|loss|calibration error|illegal answers) /.test(line)
        )
          .map((line) => line.split(/ {2,}/)).map((
            [name, ...cells],
          ) => [name, cells.at(-1), ...cells.slice(0, -1)]);
        assertEquals(await cellsOf(page, "#compared > section > .wide:first-child"), printed);
        assertStringIncludes(await page.locator("#compared").innerText(), "a joy to watch");

        await page.getByText("Select all that are shown").click();
        await page.click("#show-curves");
        await page.waitForSelector("#curves svg");
        assertEquals(await page.locator("#curves svg [aria-label=line] path").count(), 12);

        await page.fill("[type=search]", "one/length=5");
        await page.getByRole("button", { name: "name" }).click();
        await page.locator("[role=grid]").focus();
        for (const key of ["Home", "Enter"]) await page.keyboard.press(key);
        await page.locator("#details", { hasText: "one/length=5,seed=0" }).waitFor();
        assertEquals(await page.inputValue("#note"), HOSTILE);
        await page.locator("#details summary").first().click();
        assertStringIncludes(await page.locator("#details").innerText(), "<i>joy 0.90");
        await page.fill("#note", "better than it looks");
        await page.click("#save-note");
        await rowOf(page, "better than it looks").waitFor();
        assertEquals(
          await Deno.readTextFile(join(results, "one/length=5,seed=0/note.txt")),
          "better than it looks\n",
        );

        const marked: string = join(results, "one/length=5,seed=0");
        await call(["baseline", "set", marked, "--baselines", join(folder, "baselines")]);
        page.once("dialog", (dialog) => dialog.accept());
        await page.getByRole("button", { name: "Remove baseline main" }).click();
        await page.locator("#details [role=status]").getByText("Its file is removed.").waitFor();
        assertEquals(removed, [`main of ${marked}`]);

        await page.fill("[type=search]", "");
        await writeMadeUpResults(results, { ...SHAPE, sweeps: ["third"], lengths: [1], seeds: [0] });
        await count.getByText("13 runs").waitFor();
        assertEquals(await page.evaluate("globalThis.isHurt"), undefined);
        assertEquals(errors, []);
        assertEquals(troubles, []);
      });
    }),
);

browserTest(
  "what others note and log while the page is open is shown, and neither loses a note nor begins a comparison again",
  ({ visit }) =>
    inFolder(async (folder) => {
      const results: string = join(folder, "results");
      await writeMadeUpResults(results, { ...SHAPE, sweeps: ["s"], seeds: [0] });
      const run: string = join(results, "s/length=5,seed=0");
      const begun: string = join(results, "begun.partial");
      await Deno.mkdir(begun);
      await Deno.writeTextFile(join(begun, "content_hash"), "ab\n");
      let port = 0;
      const pages: Page[] = [];
      await viewing(folder, async ({ url }) => {
        port = Number(new URL(url).port);
        for (let tab = 0; tab < 2; tab++) {
          const { page } = await visit(url);
          await page.selectOption("#grouping", "none");
          await rowOf(page, "s/length=5,seed=0").click();
          await page.waitForSelector("#note");
          pages.push(page);
        }
        const [first, second] = pages;
        await first!.fill("#note", "mine");
        await second!.fill("#note", "theirs");
        await first!.click("#save-note");
        await second!.locator(".problem", { hasText: "mine" }).waitFor();
        assertEquals(await second!.inputValue("#note"), "theirs");
        await second!.click("#save-note");
        await rowOf(first!, "theirs").waitFor();
        assertEquals(await first!.inputValue("#note"), "theirs");
        await second!.locator(".problem").waitFor({ state: "detached" });

        await choose(first!, "s/length=5,seed=0", "a");
        await choose(first!, "s/length=20,seed=0", "b");
        await first!.click("#compare");
        await first!.waitForSelector("#compared");
        const asked: string[] = [];
        first!.on("request", (request) => asked.push(new URL(request.url()).pathname));
        const line = { step: 10, epoch: 1, loss: 0.5, learning_rate: 0.1, gradient_norm: 1 };
        await Deno.writeTextFile(join(begun, "history.jsonl"), `${JSON.stringify(line)}\n`);
        await rowOf(first!, "begun").click();
        await first!.locator("#details", { hasText: "step 10" }).waitFor();
        assert(asked.includes("/index"), "it was not read again");
        assertEquals(asked.filter((path) => path.startsWith("/compared")), []);
      });
      await Deno.writeTextFile(join(run, "note.txt"), "noted while no server was there\n");
      await viewing(folder, async () => {
        const [first] = pages;
        await rowOf(first!, "noted while no server was there").waitFor();
        await rowOf(first!, "s/length=5,seed=0").click();
        await first!.fill("#note", "saved by the new server");
        await first!.click("#save-note");
        await rowOf(first!, "saved by the new server").waitFor();
      }, port);
    }),
);

browserTest(
  "what a comparison of generated texts leaves out is named",
  ({ visit }) =>
    inFolder(async (folder) => {
      const write = (name: string, classes?: readonly string[]) =>
        writeRecord(
          join(folder, "results", name),
          madeUpTexts({ good: [1, 0.5, 1], ...(classes && { classes }) }),
        );
      await write("a", ["bad", "good", "bad"]);
      await write("b/chosen", ["bad", "bad", "bad"]);
      await write("b/free");
      await viewing(folder, async ({ url }) => {
        const { page } = await visit(url);
        await choose(page, "a", "a");
        await choose(page, "b", "b");
        await page.click("#compare");
        const said = page.locator("#compared", {
          hasText: "left out, as its classes are others (none): free",
        });
        await said.waitFor({ timeout: 5000 });
      });
    }),
);

browserTest(
  "keys act on the row that is marked, also after a filter has left fewer",
  ({ visit }) =>
    inFolder(async (folder) => {
      await writeMadeUpResults(join(folder, "results"), { ...SHAPE, sweeps: ["s"] });
      await viewing(folder, async ({ url }) => {
        const { page } = await visit(url);
        await page.selectOption("#grouping", "none");
        await page.locator("[role=grid]").focus();
        await page.keyboard.press("End");
        await page.keyboard.press("/");
        await page.keyboard.type("length=5");
        await page.locator("#count").getByText("3 / 6 runs").waitFor();
        await page.locator("[role=grid]").focus();
        await page.keyboard.press("Enter");
        const name = await page.locator(".rows .cursor [title]").first().innerText();
        await page.locator("#details", { hasText: name }).waitFor({ timeout: 3000 });
      });
    }),
);

browserTest(
  "an exported site is the page, opened from a disk: on a phone, in Chinese, in the dark and on paper",
  ({ visit }) =>
    inFolder(async (folder) => {
      const results = await made(folder);
      const site: string = join(folder, "site");
      for (let times = 0; times < 2; times++) {
        const { code, stderr } = await call(["view", results, "--export", site]);
        assertEquals(code, 0, stderr);
      }
      const refused = await call(["view", results, "--export", folder]);
      assertEquals(refused.code, 2);
      assertStringIncludes(refused.stderr, "holds other files");

      const { page, troubles } = await visit(`file://${site}/index.html`, {
        width: 390,
        isDark: true,
        locale: "zh-CN",
      });
      await page.locator("#count").getByText("12 次运行").waitFor();
      assertEquals(await page.locator("#live").innerText(), "导出的页面，不再更新");
      await page.selectOption("#grouping", "none");
      await rowOf(page, "one/length=5,seed=0").click();
      await page.waitForSelector("#details table");
      assertStringIncludes(await page.locator("#details .note").innerText(), '<img src="x"');
      for (const [side, at] of [["a", 0], ["b", 3]] as const) {
        await page.locator(".rows input").nth(at).click();
        await page.click(`#as-${side}`);
      }
      await page.locator(".rows input").first().click();
      await page.click("#show-curves");
      await page.waitForSelector("#curves svg");
      await page.click("#compare");
      await page.waitForSelector("#compared");
      assertStringIncludes(await page.locator("#compared").innerText(), "对 B 的结论");
      assertEquals(await page.evaluate("document.documentElement.scrollWidth"), 390);
      assertEquals(await page.evaluate("getComputedStyle(document.body).backgroundColor"), "rgb(22, 24, 27)");

      await page.emulateMedia({ media: "print" });
      assertEquals(await page.locator(".rows [role=row]").count(), 12);
      const [top, next] = await Promise.all(
        [0, 1].map((at) => page.locator(".rows [role=row]").nth(at).boundingBox()),
      );
      assert(top && next && next.y >= top.y + top.height - 1, "rows on paper lie over each other");
      assertEquals(await page.evaluate("globalThis.isHurt"), undefined);
      assertEquals(troubles, []);
    }),
);
