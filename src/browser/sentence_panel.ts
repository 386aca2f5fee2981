/// <reference lib="dom" />
import { clearAnswer, drawAnswer, outdateAnswer } from "./answer_bars.ts";
import type { PagePrompts } from "./classify.ts";
import { element, notify } from "./elements.ts";
import type { PageDevice } from "./page_device.ts";
import { errorText } from "./page_error.ts";

/** Milliseconds without a keystroke before a sentence is classified. */
const PAUSE = 150;

/** The part of the page that classifies the sentence that the user types, with the hard and the soft prompt. */
export class SentencePanel {
  private readonly sentence = element("sentence", HTMLTextAreaElement);
  private latest = 0;
  private pause: ReturnType<typeof setTimeout> | undefined;

  /** @param prompts those to begin with */
  constructor(private readonly device: PageDevice, private prompts: PagePrompts) {
    this.sentence.addEventListener("input", () => {
      this.outdate();
      this.pause = setTimeout(() => this.classify(), PAUSE);
    });
  }

  /** Classifies with other prompts from now on. */
  replacePrompts(prompts: PagePrompts): void {
    this.prompts = prompts;
    this.classify();
  }

  /** Lets the user type. */
  enable(): void {
    this.sentence.disabled = false;
    this.classify();
  }

  /** Takes the last answer's numbers away, and drops the answer that is still waited for. */
  private outdate(): void {
    this.latest++;
    clearTimeout(this.pause);
    delete this.sentence.dataset.classified;
    notify("sentence-trouble", "");
    ["hard", "soft"].forEach(this.sentence.value.trim() === "" ? clearAnswer : outdateAnswer);
  }

  /** Classifies the sentence; while the device is busy, only the latest waits. */
  private classify(): void {
    this.outdate();
    const mine = this.latest;
    const text = this.sentence.value;
    if (text.trim() === "") return;
    this.device.use(async ({ classifier }) => {
      if (mine !== this.latest) return;
      const answers = await classifier.classify(text, this.prompts);
      if (mine !== this.latest) return;
      drawAnswer("hard", answers.hard);
      drawAnswer("soft", answers.soft);
      this.sentence.dataset.classified = text;
    }).catch((error) => {
      if (mine !== this.latest) return;
      ["hard", "soft"].forEach(clearAnswer);
      notify("sentence-trouble", errorText(error));
    });
  }
}
