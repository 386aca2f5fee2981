/// <reference lib="dom" />
import { type OpenDevice, PageDevice } from "./page_device.ts";
import { errorText, withDetail } from "./page_error.ts";
import { chooseInBrowser, type WantedDevice } from "./choose.ts";
import { promptsOf, SentenceClassifier } from "./classify.ts";
import { element, notify } from "./elements.ts";
import { languageFor, pageLanguage, setLanguage } from "./language.ts";
import { failedDevice, PHRASES, shownDevice } from "./phrases.ts";
import { SentencePanel } from "./sentence_panel.ts";
import { ServedRun } from "./served_run.ts";
import { TuningPanel } from "./tuning_panel.ts";

const retryButton = element("retry", HTMLButtonElement);
const languageButton = element("language", HTMLButtonElement);

/** Opens a device for a run, and shows which. */
async function openDevice(run: ServedRun, wanted: WantedDevice): Promise<OpenDevice> {
  const device = await chooseInBrowser(wanted, (line) => notify("fallback", line));
  const classifier = await SentenceClassifier.open(
    run,
    device,
    (line) => notify("trouble", withDetail("计算设备的说明", line)),
  );
  notify("device", shownDevice(device));
  return { device, classifier };
}

async function start(): Promise<void> {
  retryButton.hidden = true;
  for (const id of ["trouble", "fallback"]) notify(id, "");
  notify("device", PHRASES.loading);
  const run = await ServedRun.fetch();
  const { about } = run;
  document.title = `${about.title} · softprompt`;
  notify("title", about.title);
  notify("hard-template", about.hardTemplate);
  notify("soft-template", about.template);
  const asked = new URLSearchParams(location.search).get("device");
  const device = new PageDevice(
    asked === "wasm" || asked === "webgpu" ? asked : "auto",
    (wanted) => openDevice(run, wanted),
    ({ message }) => notify("fallback", failedDevice(message)),
  );
  await device.use(() => Promise.resolve());
  const sentence = new SentencePanel(device, promptsOf(run));
  const tuning = new TuningPanel(run, device, (prompts) => sentence.replacePrompts(prompts));
  languageButton.addEventListener("click", () => tuning.drawLoss());
  tuning.enable();
  sentence.enable();
  document.body.dataset.ready = "yes";
}

/** Starts; where that fails, the user may try again. */
async function tryToStart(): Promise<void> {
  try {
    await start();
  } catch (error) {
    notify("device", "…");
    notify("trouble", errorText(error));
    retryButton.hidden = false;
  }
}

setLanguage(languageFor(navigator.languages));
languageButton.hidden = false;
languageButton.addEventListener("click", () => setLanguage(pageLanguage() === "en" ? "zh" : "en"));
retryButton.addEventListener("click", tryToStart);
await tryToStart();
