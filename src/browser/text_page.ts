/// <reference lib="dom" />
import { AskError, fetchJson } from "./ask_server.ts";
import { element, notify } from "./elements.ts";
import { languageFor, pageLanguage, setLanguage } from "./language.ts";
import { QuestionPanel } from "./question_panel.ts";
import type { TextsDescription } from "./served_texts.ts";

const retryButton = element("retry", HTMLButtonElement);
const languageButton = element("language", HTMLButtonElement);

/** Shows the run; where the server does not answer, the user may try again. */
async function start(): Promise<void> {
  retryButton.hidden = true;
  notify("trouble", "");
  try {
    const about = await fetchJson<TextsDescription>("texts.json");
    document.title = `${about.title} · softprompt`;
    notify("title", about.title);
    notify("device", about.device);
    new QuestionPanel(about);
    document.body.dataset.ready = "yes";
  } catch (error) {
    if (!(error instanceof AskError)) throw error;
    notify("trouble", error.text);
    retryButton.hidden = false;
  }
}

setLanguage(languageFor(navigator.languages));
languageButton.hidden = false;
languageButton.addEventListener("click", () => setLanguage(pageLanguage() === "en" ? "zh" : "en"));
retryButton.addEventListener("click", start);
await start();
