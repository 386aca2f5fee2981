/// <reference lib="dom" />
import { thrownMessage } from "../base/errors.ts";
import { SerialQueue } from "../device/serial_queue.ts";
import { chooseInBrowser } from "./choose.ts";
import { SentenceClassifier } from "./classify.ts";
import { notify } from "./elements.ts";
import { SentencePanel } from "./sentence_panel.ts";
import { ServedRun } from "./served_run.ts";
import { TuningPanel } from "./tuning_panel.ts";

async function start(): Promise<void> {
  const run = await ServedRun.fetch();
  const { about, prompt } = run;
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
  const queue = new SerialQueue();
  const sentence = new SentencePanel(classifier, { prompt, calibration: about.calibration }, queue);
  const tuning = new TuningPanel(
    run,
    device,
    queue,
    (tuned) => sentence.replacePrompt({ prompt: tuned, calibration: {} }),
  );
  tuning.enable();
  sentence.enable();
  document.body.dataset.ready = "yes";
}

start().catch((error) => notify("trouble", thrownMessage(error)));
