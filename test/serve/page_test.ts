import { assert, assertEquals } from "@std/assert";
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

async function completeRun(folder: string): Promise<string> {
  const file = await writeExperiment(folder, {
    training: { batchSize: 8, steps: 6 },
    evaluation: { calibrate: ["contextual", "temperature"] },
  });
  const { code, stderr } = await call(["run", file, "--results", folder]);
  assertEquals(code, 0, stderr);
  return join(folder, "small");
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

for (const kind of ["wasm", "webgpu"] as const) {
  browserTest(
    `in a browser on ${kind}, a sentence is classified and a prompt tuned as in Deno`,
    ({ visit }) =>
      inFolder(async (folder) => {
        const run = await completeRun(folder);
        const expected = await tunedByDeno(folder);
        const [{ text, probabilities }] = await readLines(join(run, "predictions.jsonl")) as [
          { text: string; probabilities: Record<string, number> },
        ];
        await serving([run, "--results", folder], async (url) => {
          const { page, troubles } = await visit(url);
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
          const off = relativeError(await tuneInPage(page, folder), expected);
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
    inFolder(async (folder) => {
      await serving([await completeRun(folder), "--results", folder], async (url) => {
        const { page } = await visit(url);
        await page.waitForSelector("body[data-ready]", { timeout: 60_000 });
        for (
          const [table, message] of [
            ["", "there is no column 'text'"],
            [
              "text\tlabel\na joy\tpositive\nso so\tmixed",
              "line:3: the label 'mixed' is not one of negative, positive",
            ],
            ["text\tlabel\na joy", "line:2: 1 columns where the first line names 2"],
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
      });
    }),
);
