/// <reference lib="dom" />
import { thrownMessage } from "../base/errors.ts";
import type { SerialQueue } from "../device/serial_queue.ts";
import { clearAnswer, drawAnswer } from "./answer_bars.ts";
import type { CalibratedPrompt, SentenceClassifier } from "./classify.ts";
import { element, notify } from "./elements.ts";

/** Milliseconds without a keystroke before a sentence is classified. */
const PAUSE = 150;

/** The part of the page that classifies the sentence that the user types, with the hard and the soft prompt. */
export class SentencePanel {
  private readonly sentence = element("sentence", HTMLTextAreaElement);
  private latest = 0;
  private pause: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param soft the soft prompt to begin with
   * @param queue serializes the work on the device
   */
  constructor(
    private readonly classifier: SentenceClassifier,
    private soft: CalibratedPrompt,
    private readonly queue: SerialQueue,
  ) {
    this.sentence.addEventListener("input", () => {
      clearTimeout(this.pause);
      this.pause = setTimeout(() => this.classify(), PAUSE);
    });
  }

  /** Classifies with another soft prompt from now on. */
  replacePrompt(soft: CalibratedPrompt): void {
    this.soft = soft;
    this.classify();
  }

  /** Lets the user type. */
  enable(): void {
    this.sentence.disabled = false;
    this.classify();
  }

  /** Classifies the sentence; while the device is busy, only the latest waits. */
  private classify(): void {
    const mine = ++this.latest;
    const text = this.sentence.value;
    if (text.trim() === "") return ["hard", "soft"].forEach(clearAnswer);
    this.queue.take(async () => {
      if (mine !== this.latest) return;
      const answers = await this.classifier.classify(text, this.soft);
      drawAnswer("hard", answers.hard);
      drawAnswer("soft", answers.soft);
      this.sentence.dataset.classified = text;
    }).catch((error) => notify("trouble", thrownMessage(error)));
  }
}
