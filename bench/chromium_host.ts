import { chromium } from "playwright-core";
import { compile } from "../src/compiler/mod.ts";
import type { Tensor } from "../src/device/device.ts";
import { IMPORT_MAP, ownModule, type Sent, shipped } from "../src/serve/modules.ts";
import { browserPath } from "../test/report/browser.ts";
import { PATH } from "./host_shapes.ts";
import { median } from "./median.ts";
import { stepFeeds } from "./step_feeds.ts";

/** Chromium's software adapter computes in another process, and takes none of the page's time. */
const FLAGS = ["--no-sandbox", "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

/** Steps that count, after those in which the shapes are recorded, on batches of these tokens in turn. */
const ROUNDS = 50;
const WARM_UP = 9;
const TOKENS = [48, 56, 64];

/** The texts of a batch, few of them: the host's time does not depend on it, and the software adapter takes long. */
const BATCH = 2;

/** The mark at the end of each step that counts, and before the first. */
const MARK = "a step";

/** The least and the median time of a step, in milliseconds. */
export interface PageTime {
  readonly least: number;
  readonly median: number;
}

/**
 * What a replayed step takes of Chromium's main thread, as the processor time between its marks in a trace: tasks of all kinds,
 * collecting garbage included. The steps are taken in a page by the same modules as in Deno, from the server of `serve`.
 *
 * @returns nothing where there is no Chromium
 */
export async function chromiumHostTime(): Promise<PageTime | undefined> {
  const executablePath = browserPath();
  if (executablePath === undefined) return undefined;
  const files = await served();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const path = new URL(request.url).pathname.slice(1);
    const sent = files.get(path) ?? await ownModule(path) ?? await shipped(path);
    return sent === undefined ? new Response("", { status: 404 }) : await answer(sent);
  });
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.addr.port}/page`);
    await page.evaluate("globalThis.opened.then(() => true)");
    await browser.startTracing(page, { categories: ["blink.user_timing"] });
    await page.evaluate(`globalThis.steps(${ROUNDS})`);
    const clock = threadTimes(new TextDecoder().decode(await browser.stopTracing()));
    const times = clock.slice(1).map((time, i) => time - clock[i]!);
    if (times.length !== ROUNDS) throw new Error(`the trace has ${times.length} steps of ${ROUNDS}`);
    return { least: Math.min(...times), median: median(times) };
  } finally {
    await browser.close();
    await server.shutdown();
  }
}

/** The thread's processor time at each mark, in milliseconds. */
function threadTimes(trace: string): number[] {
  const { traceEvents }: { traceEvents: { name: string; tts?: number }[] } = JSON.parse(trace);
  return traceEvents.filter(({ name, tts }) => name === MARK && tts !== undefined)
    .map(({ tts }) => tts! / 1e3).sort((a, b) => a - b);
}

async function answer({ content, type }: Sent): Promise<Response> {
  const body = typeof content === "object" && "path" in content ? await Deno.readFile(content.path) : content;
  return new Response(body as BodyInit, { headers: { "content-type": type } });
}

/** The page, the step's graph with its weights, and the inputs of its batches. */
async function served(): Promise<ReadonlyMap<string, Sent>> {
  const bytes = await Deno.readFile(PATH);
  const { train } = compile(bytes, PATH, "embedding-output", "adamw", { target: "webgpu" });
  const feeds = TOKENS.map((sequence) =>
    Object.entries(stepFeeds(256, 8000, { batch: BATCH, length: 20, sequence, classes: 2, words: 2 })).map(
      plain,
    )
  );
  const json = (value: unknown): Sent => ({ content: JSON.stringify(value), type: "application/json" });
  return new Map<string, Sent>([
    ["page", { content: PAGE, type: "text/html" }],
    ["graph", { content: train.bytes, type: "application/octet-stream" }],
    ["weights", { content: { path: PATH }, type: "application/octet-stream" }],
    ["about", json({ weights: [...train.weights.keys()], sizes: train.sizes })],
    ["feeds", json(feeds)],
  ]);
}

/** A tensor as JSON can hold it. */
function plain([name, { type, dims, data }]: readonly [string, Tensor]) {
  return { name, type, dims, items: Array.from(data, Number) };
}

const PAGE = `<!doctype html>
<script type="importmap">${IMPORT_MAP}</script>
<script type="module">
import { float32Tensor, int64Tensor } from "/src/device/device.ts";
import { stepReplay } from "/src/device/replay_of.ts";
import { openWebgpu } from "/src/device/webgpu.ts";
import { IN_MEMORY } from "/src/device/weights.ts";
import { LossWindow } from "/src/training/loss_window.ts";
import { dispose, takeStep } from "/src/training/step.ts";
import { TrainingState } from "/src/training/training_state.ts";

const bytesOf = async (path) => new Uint8Array(await (await fetch("/" + path)).arrayBuffer());
const jsonOf = async (path) => await (await fetch("/" + path)).json();

async function open() {
  const { weights: locations, sizes } = await jsonOf("about");
  const weights = await bytesOf("weights");
  const graph = {
    bytes: await bytesOf("graph"),
    weights: new Map(locations.map((location) => [location, weights])),
    sizes,
  };
  const batches = (await jsonOf("feeds")).map((feeds) =>
    Object.fromEntries(feeds.map(({ name, type, dims, items }) => [
      name,
      type === "int64" ? int64Tensor(items, dims) : float32Tensor(Float32Array.from(items), dims),
    ]))
  );
  const device = await openWebgpu(IN_MEMORY);
  const refuse = (line) => { throw new Error(line); };
  const trainStep = await device.openResident(graph, stepReplay(refuse));
  const names = ["prompt", "first_moment", "second_moment"];
  const state = new TrainingState(Object.fromEntries(names.map((name) => [name, batches[0][name]])), {});
  const losses = new LossWindow([]);
  let at = 0;
  const step = async () => {
    const batch = batches[at++ % batches.length];
    const { loss, gradient, next } = await takeStep({ trainStep }, [batch], {}, state.feeds);
    dispose(gradient);
    state.advance(next);
    losses.push(loss);
  };
  for (let i = 0; i < ${WARM_UP}; i++) await step();
  return step;
}

globalThis.opened = open();
globalThis.steps = async (count) => {
  const step = await globalThis.opened;
  performance.mark("${MARK}");
  for (let i = 0; i < count; i++) {
    await step();
    performance.mark("${MARK}");
  }
};
</script>`;
