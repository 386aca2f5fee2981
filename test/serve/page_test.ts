import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { join } from "@std/path";
import type { Page } from "playwright-core";
import { readSafetensors } from "../../src/device/safetensors.ts";
import { relativeError } from "../compiler/graph_runner.ts";
import { serving } from "../commands/serving.ts";
import { call, inFolder, readLines, writeExperiment } from "../commands/softprompt.ts";
import { browserTest } from "../report/browser.ts";

/** Chromium's software adapter; without these there is none on a machine without a GPU. */
const SOFTWARE_WEBGPU = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

const TABLE = [
  "text\tlabel",
  "a joy to watch\tpositive",
  "a dull mess\tnegative",
  "moving and funny\tpositive",
  "i want my money back\tnegative",
].join("\n");

/** The note on answers and on tuning whose texts are too long for the model. */
const CUT = "truncated to fit the model's positions";

/** Tuning in the page, and by the command line on the same table, from the vocabulary's words. */
const ASKED = { length: 3, steps: 10, learningRate: 0.05, seed: 7 };

/** The folder of the results with the run that is served, which the tests share. */
let results: Promise<string> | undefined;

Deno.test.afterAll(async () => {
  if (results !== undefined) await Deno.remove(await results, { recursive: true });
});

async function completeRun(): Promise<string> {
  const folder = await Deno.makeTempDir();
  const file = await writeExperiment(folder, {
    training: { batchSize: 8, steps: 6 },
    evaluation: { calibrate: ["contextual", "temperature"] },
  });
  const { code, stderr } = await call(["run", file, "--results", folder]);
  assertEquals(code, 0, stderr);
  return folder;
}

/** Serves a complete run while a test goes on. */
async function servingRun(test: (url: string, run: string) => Promise<void>): Promise<void> {
  const folder = await (results ??= completeRun());
  const run = join(folder, "small");
  await serving([run, "--results", folder], (url) => test(url, run));
}

/** The prompt that the command line tunes. */
async function tunedByDeno(folder: string): Promise<Float32Array> {
  for (const name of ["train.tsv", "test.tsv"]) await Deno.writeTextFile(join(folder, name), `${TABLE}\n`);
  const file = await writeExperiment(folder, {
    name: "own",
    dataset: { name: "reviews-demo", path: folder, split: { train: "train.tsv", test: "test.tsv" } },
    prompt: { kind: "soft", length: ASKED.length, template: "{prompt} {text} it was {mask} ." },
    training: {
      optimizer: { name: "adamw", learningRate: ASKED.learningRate },
      batchSize: 4,
      steps: ASKED.steps,
    },
    seed: ASKED.seed,
  });
  const { code, stderr } = await call(["run", file, "--results", folder]);
  assertEquals(code, 0, stderr);
  return promptIn(join(folder, "own", "prompt.safetensors"));
}

async function promptIn(file: string): Promise<Float32Array> {
  return readSafetensors(await Deno.readFile(file)).tensors.prompt!.data as Float32Array;
}

/** Types a sentence and reads the soft prompt's answer. */
async function probabilityOfPositive(page: Page, text: string): Promise<number> {
  await page.fill("#sentence", text);
  await page.waitForSelector(`#sentence[data-classified="${text}"]`, { timeout: 60_000 });
  const lines = await page.locator("#soft li").allInnerTexts();
  return Number(/([\d.]+)%/.exec(lines.find((line) => line.startsWith("positive"))!)![1]) / 100;
}

async function tuneInPage(page: Page, folder: string): Promise<Float32Array> {
  await page.fill("#table", TABLE);
  await page.fill("#held-out-share", "0");
  for (
    const [id, value] of [["length", ASKED.length], ["steps", ASKED.steps], ["seed", ASKED.seed]] as const
  ) {
    await page.fill(`#${id}`, String(value));
  }
  await page.fill("#rate", String(ASKED.learningRate));
  await page.click("#tune");
  await page.waitForSelector("#download:not([hidden])", { timeout: 180_000 });
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
  assertEquals(download.suggestedFilename(), "prompt.safetensors");
  await download.saveAs(join(folder, "downloaded.safetensors"));
  return promptIn(join(folder, "downloaded.safetensors"));
}

/** Counts what a page submits to a GPU. */
const COUNT_SUBMITS = `{
  globalThis.submits = 0;
  const queue = globalThis.GPUQueue?.prototype;
  const submit = queue?.submit;
  if (queue) queue.submit = function (...args) {
    globalThis.submits++;
    return submit.apply(this, args);
  };
}`;

async function submitted(page: Page): Promise<number> {
  return Number(await page.evaluate("submits"));
}

for (const kind of ["wasm", "webgpu"] as const) {
  browserTest(
    `in a browser on ${kind}, a sentence is classified and a prompt tuned as in Deno`,
    ({ visit }) =>
      inFolder(async (folder) => {
        const expected = await tunedByDeno(folder);
        await servingRun(async (url, run) => {
          const [{ text, probabilities }] = await readLines(join(run, "predictions.jsonl")) as [
            { text: string; probabilities: Record<string, number> },
          ];
          const wanted = kind === "webgpu" ? kind : "auto";
          const { page, troubles } = await visit(
            `${url}?device=${wanted}`,
            {},
            async (page) => void await page.addInitScript(COUNT_SUBMITS),
          );
          await page.waitForSelector("body[data-ready]", { timeout: 60_000 });
          const device = await page.innerText("#device");
          const fallback = await page.innerText("#fallback");
          assert(device.startsWith(kind === "wasm" ? "WebAssembly" : "WebGPU on"), device);
          assertEquals(fallback.includes("WebAssembly instead"), kind === "wasm");
          const found = await probabilityOfPositive(page, text);
          assert(
            Math.abs(found - probabilities.positive!) < 0.002,
            `${found}, not ${probabilities.positive}`,
          );
          assertEquals(await page.locator("#hard li").count(), 2);
          assertEquals(await page.innerText("#soft-cut"), "");
          await probabilityOfPositive(page, "long ".repeat(150));
          for (const id of ["hard", "soft"]) assert((await page.innerText(`#${id}-cut`)).includes(CUT), id);
          const before = await submitted(page);
          const off = relativeError(await tuneInPage(page, folder), expected);
          const submits = await submitted(page) - before;
          // Without recordings, each step is some thirty.
          assert(submits < 25 * ASKED.steps, `${submits} submits`);
          assert(off < 1e-3, `the prompt is off by ${off}`);
          assertEquals(await page.innerText("#progress").then((line) => line.slice(0, 13)), "step 10 of 10");
          assert(await page.locator("#curve svg path").count() > 0);
          assertEquals(
            await page.innerText("#whose-prompt"),
            "the prompt tuned in this page, without calibration",
          );
          assertEquals(troubles, []);
        });
      }),
    kind === "webgpu" ? SOFTWARE_WEBGPU : [],
  );
}

browserTest(
  "errors in a pasted table or a number are shown in the page",
  ({ visit }) =>
    servingRun(async (url) => {
      const { page } = await visit(url);
      await page.waitForSelector("body[data-ready]", { timeout: 60_000 });
      for (
        const [table, message] of [
          ["", "there is no column 'text'"],
          [
            "text\tlabel\na joy\tpositive\nso so\tmixed",
            "line 3 of the table: the label 'mixed' is not one of negative, positive",
          ],
          ["text\tlabel\na joy", "line 2 of the table: 1 columns where the first line names 2"],
        ] as const
      ) {
        await page.fill("#table", table);
        await page.click("#tune");
        await page.locator("#tuning-trouble", { hasText: message }).waitFor();
      }
      await page.fill("#steps", "");
      await page.click("#tune");
      const message = "'Steps' must be a whole number of at least 1, got nothing";
      await page.locator("#tuning-trouble", { hasText: message }).waitFor();
      await page.fill("#steps", "1");
      await page.fill("#table", `${TABLE}\n${"long ".repeat(150)}\tnegative`);
      await page.click("#tune");
      await page.locator("#tuning-notes", { hasText: `1 of 5 texts are ${CUT}` }).waitFor();
    }),
);

browserTest(
  "own classes are tuned in the page, measured on held-out texts, and used with predict; what went wrong before leaves nothing",
  ({ visit }) =>
    inFolder(async (folder) => {
      await servingRun(async (url, run) => {
        const { page, troubles } = await visit(url);
        await page.waitForSelector("body[data-ready]", { timeout: 60_000 });
        const fails = async (message: string) => {
          await page.click("#tune");
          await page.locator("#tuning-trouble", { hasText: message }).waitFor();
          assertEquals(await page.innerText("#progress"), "");
          assertEquals(await page.isEnabled("#tune"), true);
        };
        await page.click("#example");
        assertEquals((await page.inputValue("#table")).split("\n").length, 21);
        for (const steps of ["0", "-3"]) {
          await page.fill("#steps", steps);
          await fails(`'Steps' must be a whole number of at least 1, got ${steps}`);
        }
        await page.setInputFiles("#file", {
          name: "own.tsv",
          mimeType: "text/plain",
          buffer: Buffer.from("text\tlabel\n"),
        });
        await page.fill("#steps", "8");
        await fails("the table has only a header line");
        await page.click("#example");
        const example = await page.inputValue("#table");
        const lines = example.split("\n");
        await page.fill("#table", lines.filter((line) => !line.endsWith("negative")).join("\n"));
        await fails("have the label 'positive', from which no prompt learns");
        const own = example.replaceAll("\tpositive", "\tyes").replaceAll("\tnegative", "\tno");
        await page.fill("#table", own.replaceAll("\n", "\n \t\n\n"));
        await fails("is not one of negative, positive");
        await page.fill("#classes", "no: bad\nyes: qqqqzzzz");
        await fails("'qqqqzzzz', a word of 'yes', is no token");
        await page.fill("#classes", "no: bad\nyes: good");
        await page.click("#tune");
        await page.locator("#held-out", { hasText: "Accuracy on the 4 texts held out from tuning" }).waitFor({
          timeout: 60_000,
        });
        assertEquals(await page.innerText("#tuning-trouble"), "");
        assertEquals((await page.innerText("#progress")).slice(0, 11), "step 8 of 8");
        const text = "a joy from start to end .";
        await page.fill("#sentence", text);
        await page.waitForSelector(`#sentence[data-classified="${text}"]`);
        const shown = await page.locator("#soft li").allInnerTexts();
        assertEquals(shown.map((line) => line.split("\n")[0]), ["no", "yes"]);
        assertEquals(await page.locator("#hard li").count(), 2);
        const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
        const file = join(folder, "downloaded.safetensors");
        await download.saveAs(file);
        const { code, stdout, stderr } = await call([
          "predict",
          run,
          "--prompt",
          file,
          "--results",
          folder,
          text,
        ]);
        assertEquals(code, 0, stderr);
        const { probabilities } = JSON.parse(stdout);
        const percent = Number(/([\d.]+)%/.exec(shown[1]!)![1]);
        assert(
          Math.abs(100 * probabilities.yes - percent) < 0.2,
          `${stdout} in Deno, ${percent} in the page`,
        );
        assertEquals(troubles, []);
      });
    }),
);

/** Keeps the device of a page where a test can destroy it. */
const KEEP_DEVICE = `{
  const request = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (...args) {
    return globalThis.keptDevice = await request.apply(this, args);
  };
}`;

browserTest(
  "a page goes on after a failed request and a lost device, and prefers WebAssembly to a software adapter",
  ({ visit }) =>
    servingRun(async (url) => {
      const auto = await visit(url);
      await auto.page.waitForSelector("body[data-ready]", { timeout: 60_000 });
      assertEquals(await auto.page.innerText("#device"), "WebAssembly, one thread");
      assert((await auto.page.innerText("#fallback")).includes("is software, which is slower"));

      const { page } = await visit(`${url}?device=webgpu`, {}, async (page) => {
        await page.addInitScript(KEEP_DEVICE);
        await page.route("**/graphs/predict.onnx", (route) => route.abort(), { times: 1 });
      });
      await page.locator("#trouble", { hasText: "the server does not answer" }).waitFor();
      await page.click("#retry");
      await page.waitForSelector("body[data-ready]", { timeout: 60_000 });
      assertEquals(await page.innerText("#trouble"), "");
      assertEquals(await page.isVisible("#retry"), false);
      assert((await page.innerText("#device")).startsWith("WebGPU on"));
      const before = await probabilityOfPositive(page, "a joy to watch");
      await page.evaluate("keptDevice.destroy()");
      assert(Math.abs(await probabilityOfPositive(page, "a joy to watch  ") - before) < 0.002);
      assertEquals(await page.innerText("#device"), "WebAssembly, one thread");
      assert((await page.innerText("#fallback")).startsWith("WebGPU failed"));
      await page.route("**/graphs/train.onnx", (route) => route.abort(), { times: 1 });
      await page.fill("#table", TABLE);
      await page.fill("#steps", "2");
      await page.click("#tune");
      await page.locator("#tuning-trouble", { hasText: "the server does not answer" }).waitFor();
      assertEquals(await page.innerText("#progress"), "");
      await page.click("#tune");
      await page.waitForSelector("#download:not([hidden])", { timeout: 60_000 });
      assertEquals(await page.innerText("#tuning-trouble"), "");
    }),
  SOFTWARE_WEBGPU,
);

browserTest(
  "no number of an earlier sentence stands beside a new one, and the page speaks Chinese",
  ({ visit }) =>
    servingRun(async (url) => {
      const { page, troubles } = await visit(url, { locale: "zh-CN", width: 390 });
      await page.waitForSelector("body[data-ready]", { timeout: 60_000 });
      await probabilityOfPositive(page, "a joy to watch");
      const numbers = await page.evaluate(`(() => {
          const sentence = document.getElementById("sentence");
          sentence.value = "a dull mess";
          sentence.dispatchEvent(new Event("input"));
          return ["hard", "soft"].flatMap((id) => [...document.querySelectorAll("#" + id + " .number")])
            .map((place) => place.textContent);
        })()`);
      assertEquals(numbers, ["…", "…", "…", "…"]);
      await page.waitForSelector('#sentence[data-classified="a dull mess"]');
      assertEquals(await page.innerText("h2 >> nth=0"), "给句子分类");
      assertEquals(await page.innerText("#device"), "WebAssembly（单线程）");
      await page.fill("#steps", "0");
      await page.click("#tune");
      await page.locator("#tuning-trouble", { hasText: "“步数”应为不小于 1 的整数（现为 0）" }).waitFor();
      await page.fill("#steps", "2");
      await page.fill("#table", TABLE);
      await page.fill("#length", "1000000");
      await page.click("#tune");
      const tooLong = page.locator("#tuning-trouble", { hasText: "无法使用所输入的内容" });
      await tooLong.waitFor();
      assert(
        (await tooLong.innerText()).includes("（英文详情：the prompt's length (1000000) is more than"),
        await tooLong.innerText(),
      );
      await page.setInputFiles("#file", {
        name: "old.tsv",
        mimeType: "text/plain",
        buffer: Buffer.from([0x61, 0x0a, 0xe9, 0x0a]),
      });
      await page.locator("#tuning-trouble", { hasText: "无法读取该文件，请选择 UTF-8 编码的文本文件" })
        .waitFor();
      await page.fill("#length", "4");
      await page.fill("#steps", "0");
      await page.click("#tune");
      await page.locator("#tuning-trouble", { hasText: "“步数”应为" }).waitFor();
      const width = await page.evaluate("document.documentElement.scrollWidth");
      assert(Number(width) <= 390, `the page is ${width} wide`);
      await page.click("#language");
      assertEquals(await page.innerText("h2 >> nth=0"), "Classify a sentence");
      assertEquals(
        await page.innerText("#tuning-trouble"),
        "'Steps' must be a whole number of at least 1, got 0",
      );
      assertEquals(troubles, []);
    }),
);
