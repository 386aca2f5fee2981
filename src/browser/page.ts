/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { Tensor } from "../device/device.ts";
import { largestOf } from "../evaluation/softmax.ts";
import { decodeText, SAVE_AS_UTF8 } from "../disk/decode_text.ts";
import { promptFile } from "../prompt/prompt_file.ts";
import { chooseInBrowser } from "./choose.ts";
import { type Answer, type CalibratedPrompt, SentenceClassifier } from "./classify.ts";
import { drawLoss } from "./loss_curve.ts";
import { ServedRun } from "./served_run.ts";
import { tuneInBrowser } from "./tune.ts";
import { thrownMessage } from "../base/errors.ts";

/** Milliseconds without a keystroke before a sentence is classified. */
const PAUSE = 150;

/** An element of the page. @throws {TypeError} where there is none of this kind */
function place<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new TypeError(`the page has no ${kind.name} '${id}'`);
}

const sentence = place("sentence", HTMLTextAreaElement);
const table = place("table", HTMLTextAreaElement);
const number = (id: string) => place(id, HTMLInputElement).valueAsNumber;
const notify = (id: string, line: string) => place(id, HTMLElement).textContent = line;

async function start(): Promise<void> {
  const run = await ServedRun.fetch();
  const { about } = run;
  document.title = `${about.title} · softprompt`;
  notify("title", about.title);
  notify("hard-template", about.hardTemplate);
  notify("soft-template", about.template);
  const asked = new URLSearchParams(location.search).get("device");
  const device = await chooseInBrowser(
    asked === "wasm" || asked === "webgpu" ? asked : "auto",
    (line) => notify("fallback", line),
  );
  notify("device", device.description);
  const classifier = await SentenceClassifier.open(run, device, (line) => notify("trouble", line));
  place("length", HTMLInputElement).value = String(run.prompt.dims[0]);
  place("rate", HTMLInputElement).value = String(about.training.optimizer.learningRate);
  place("seed", HTMLInputElement).value = String(about.seed);
  notify("classes", run.classes.join(", "));
  let soft: CalibratedPrompt = { prompt: run.prompt, calibration: about.calibration };
  let working: Promise<unknown> = Promise.resolve();

  // One task at a time on the device: input typed meanwhile waits, and only the latest is classified.
  const alone = (work: () => Promise<void>) => working = working.catch(() => {}).then(work);
  let latest = 0;
  let pause: ReturnType<typeof setTimeout> | undefined;
  const classify = () => {
    const mine = ++latest;
    const text = sentence.value;
    if (text.trim() === "") return clear();
    alone(async () => {
      if (mine !== latest) return;
      const answers = await classifier.classify(text, soft);
      show("hard", answers.hard);
      show("soft", answers.soft);
      sentence.dataset.classified = text;
    }).catch((error) => notify("trouble", thrownMessage(error)));
  };
  sentence.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(classify, PAUSE);
  });

  const chosen = place("file", HTMLInputElement);
  chosen.addEventListener("change", async () => {
    const file = chosen.files?.[0];
    if (!file) return;
    try {
      table.value = decodeText(new Uint8Array(await file.arrayBuffer()), file.name, SAVE_AS_UTF8);
      notify("tuning-trouble", "");
    } catch (error) {
      notify("tuning-trouble", thrownMessage(error));
    }
  });

  let interrupt = new AbortController();
  const tuneButton = place("tune", HTMLButtonElement);
  const stop = place("stop", HTMLButtonElement);
  tuneButton.addEventListener("click", () => {
    tuneButton.disabled = true;
    stop.disabled = false;
    interrupt = new AbortController();
    for (const id of ["tuning-trouble", "tuning-notes"]) notify(id, "");
    alone(() => tuneNow(interrupt.signal)).catch((error) => notify("tuning-trouble", thrownMessage(error)))
      .finally(
        () => {
          tuneButton.disabled = false;
          stop.disabled = true;
        },
      );
  });
  stop.addEventListener("click", () => interrupt.abort());

  async function tuneNow(signal: AbortSignal): Promise<void> {
    const losses: { step: number; loss: number }[] = [];
    const steps = number("steps");
    notify("progress", "preparing");
    const running = tuneInBrowser(run, device, {
      table: table.value,
      length: number("length"),
      steps,
      learningRate: number("rate"),
      seed: number("seed"),
      signal,
      note: (line) => place("tuning-notes", HTMLElement).append(`${line} `),
    });
    for (;;) {
      const { done, value } = await running.next();
      if (done) {
        finish(value);
        return;
      }
      if (value.kind !== "history") continue;
      losses.push(value.line);
      drawLoss(place("curve", HTMLElement), losses, steps);
      notify("progress", `step ${value.line.step} of ${steps}, loss ${value.line.loss.toFixed(4)}`);
      // The page is drawn, and clicks are heard, between two steps.
      await new Promise((drawn) => setTimeout(drawn));
    }
  }

  function finish(tuned: Tensor): void {
    soft = { prompt: tuned, calibration: {} };
    const download = place("download", HTMLAnchorElement);
    if (download.href) URL.revokeObjectURL(download.href);
    download.href = URL.createObjectURL(new Blob([promptFile(tuned, about.insertion)]));
    download.hidden = false;
    const wasCalibrated = Object.keys(about.calibration).length > 0;
    notify("whose-prompt", `the prompt tuned in this page${wasCalibrated ? ", without calibration" : ""}`);
    classify();
  }

  sentence.disabled = tuneButton.disabled = false;
  document.body.dataset.ready = "yes";
  classify();
}

function clear(): void {
  for (const id of ["hard", "soft"]) {
    place(id, HTMLElement).replaceChildren();
    notify(`${id}-cut`, "");
  }
}

/** Draws a bar for each class. */
function show(id: string, { probabilities, truncated }: Answer): void {
  notify(`${id}-cut`, truncated > 0 ? "The text is truncated to fit the model's positions." : "");
  const likeliest = largestOf(probabilities.map(({ probability }) => probability));
  place(id, HTMLElement).replaceChildren(...probabilities.map(({ name, probability }) => {
    const line = document.createElement("li");
    const bar = document.createElement("meter");
    const label = document.createElement("span");
    const share = document.createElement("span");
    label.textContent = name;
    share.textContent = `${(100 * probability).toFixed(1)}%`;
    share.className = "number";
    bar.value = probability;
    bar.setAttribute("aria-label", name);
    if (probability === likeliest) line.className = "best";
    line.append(label, bar, share);
    return line;
  }));
}

start().catch((error) => notify("trouble", thrownMessage(error)));
