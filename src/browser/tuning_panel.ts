/// <reference lib="dom" />
import { thrownMessage } from "../base/errors.ts";
import { wilsonInterval } from "../evaluation/metrics.ts";
import { decodeText, SAVE_AS_UTF8 } from "../disk/decode_text.ts";
import { tableKind } from "../experiment/table_kind.ts";
import { promptFile } from "../prompt/prompt_file.ts";
import { writeClassWords } from "./class_words.ts";
import { type PagePrompts, promptsOf } from "./classify.ts";
import { element, notify, numberIn, setNumber } from "./elements.ts";
import { write } from "./language.ts";
import { drawLoss, type StepLoss } from "./loss_curve.ts";
import type { OpenDevice, PageDevice } from "./page_device.ts";
import { errorText, withDetail } from "./page_error.ts";
import { classifyingHeldOut, heldOutAccuracy, notRead, PHRASES, stepOf, stoppedAfter } from "./phrases.ts";
import type { ServedRun } from "./served_run.ts";
import { type TunedInPage, tuneInBrowser, type TuneRequest } from "./tune.ts";

/** The part of the page that tunes another prompt on a table of the user's. */
export class TuningPanel {
  private readonly classes = element("classes", HTMLTextAreaElement);
  private readonly table = element("table", HTMLTextAreaElement);
  private readonly tuneButton = element("tune", HTMLButtonElement);
  private readonly stopButton = element("stop", HTMLButtonElement);
  private interrupt = new AbortController();
  private losses: readonly StepLoss[] = [];
  private steps = 0;

  /** @param onTuned takes the prompts to classify with from then on */
  constructor(
    private readonly run: ServedRun,
    private readonly device: PageDevice,
    private readonly onTuned: (prompts: PagePrompts) => void,
  ) {
    const { about, prompt } = run;
    setNumber("length", prompt.dims[0]);
    setNumber("rate", about.training.optimizer.learningRate);
    setNumber("seed", about.seed);
    this.classes.value = writeClassWords(about.verbalizer);
    const file = element("file", HTMLInputElement);
    file.addEventListener("change", () => this.load(file.files?.[0]));
    const exampleButton = element("example", HTMLButtonElement);
    exampleButton.hidden = about.example.length === 0;
    exampleButton.addEventListener("click", () => this.fillExample());
    this.tuneButton.addEventListener("click", () => this.start());
    this.stopButton.addEventListener("click", () => this.interrupt.abort());
  }

  /** Lets the user start. */
  enable(): void {
    this.tuneButton.disabled = false;
  }

  /** Draws the loss again, in the page's language. */
  drawLoss(): void {
    drawLoss(element("curve", HTMLElement), this.losses, this.steps);
  }

  /** Shows the content of the chosen file as the table. */
  private async load(file: File | undefined): Promise<void> {
    if (!file) return;
    try {
      if (tableKind(file.name) === "parquet" || file.name.toLowerCase().endsWith(".gz")) {
        return notify("tuning-trouble", notRead(file.name));
      }
      this.table.value = decodeText(new Uint8Array(await file.arrayBuffer()), file.name, SAVE_AS_UTF8);
      notify("tuning-trouble", "");
    } catch (error) {
      notify(
        "tuning-trouble",
        withDetail("无法读取该文件，请选择 UTF-8 编码的文本文件", thrownMessage(error)),
      );
    }
  }

  /** Shows the run's example texts as the table, with its classes. */
  private fillExample(): void {
    const { example, verbalizer } = this.run.about;
    this.classes.value = writeClassWords(verbalizer);
    this.table.value = ["text\tlabel", ...example.map(({ text, label }) => `${text}\t${label}`)].join("\n");
    notify("tuning-trouble", "");
  }

  private async start(): Promise<void> {
    this.tuneButton.disabled = true;
    this.stopButton.disabled = false;
    this.interrupt = new AbortController();
    const { signal } = this.interrupt;
    try {
      await this.device.use((opened) => this.tune(opened, signal));
    } catch (error) {
      notify("held-out", "");
      if (signal.aborted) {
        notify("progress", stoppedAfter(this.losses.length, this.steps));
      } else {
        notify("progress", "");
        notify("tuning-trouble", errorText(error));
      }
    } finally {
      this.tuneButton.disabled = false;
      this.stopButton.disabled = true;
    }
  }

  private async tune(opened: OpenDevice, signal: AbortSignal): Promise<void> {
    for (const id of ["tuning-trouble", "held-out"]) notify(id, "");
    element("tuning-notes", HTMLElement).replaceChildren();
    const losses: StepLoss[] = [];
    this.losses = losses;
    this.steps = numberIn("steps");
    this.drawLoss();
    notify("progress", PHRASES.preparing);
    const running = tuneInBrowser(this.run, opened.device, this.request(signal));
    for (;;) {
      const { done, value } = await running.next();
      if (done) return await this.finish(value, opened, signal);
      if (value.kind !== "history") continue;
      losses.push(value.line);
      this.drawLoss();
      notify("progress", stepOf(value.line.step, this.steps, value.line.loss));
      // The page is drawn, and clicks are heard, between two steps.
      await new Promise((drawn) => setTimeout(drawn));
    }
  }

  private request(signal: AbortSignal): TuneRequest {
    return {
      classes: this.classes.value,
      table: this.table.value,
      length: numberIn("length"),
      steps: this.steps,
      learningRate: numberIn("rate"),
      seed: numberIn("seed"),
      heldOut: numberIn("held-out-share"),
      signal,
      note: (line) => {
        const item = document.createElement("li");
        write(item, typeof line === "string" ? withDetail("调优时的说明", line) : line);
        element("tuning-notes", HTMLElement).append(item);
      },
    };
  }

  /** Classifies with the tuned prompt from now on, measures it on the held-out texts, and offers it for download. */
  private async finish(tuned: TunedInPage, { classifier }: OpenDevice, signal: AbortSignal): Promise<void> {
    const { about } = this.run;
    const own = promptsOf(this.run);
    const isOfRun = writeClassWords(tuned.words) === writeClassWords(about.verbalizer);
    const soft = { verbalizer: tuned.verbalizer, calibration: {} };
    const prompts = { prompt: tuned.prompt, soft, hard: isOfRun ? own.hard : soft };
    const wasCalibrated = Object.keys(about.calibration).length > 0;
    notify("whose-prompt", wasCalibrated ? PHRASES.tuned_here_uncalibrated : PHRASES.tuned_here);
    this.offer(tuned);
    this.onTuned(prompts);
    const count = tuned.heldOut.length;
    if (count === 0) return notify("held-out", PHRASES.none_held_out);
    notify("held-out", classifyingHeldOut(count));
    const correct = await classifier.countCorrect(tuned.heldOut, prompts, signal);
    notify("held-out", heldOutAccuracy(correct, count, wilsonInterval(correct, count)));
  }

  /** Offers the tuned prompt for download. */
  private offer({ prompt, words }: TunedInPage): void {
    const { insertion, model, template, clean, multiTokenWords } = this.run.about;
    const tunedFor = { model, template, clean, multiTokenWords, verbalizer: words };
    const download = element("download", HTMLAnchorElement);
    if (download.href) URL.revokeObjectURL(download.href);
    download.href = URL.createObjectURL(new Blob([promptFile(prompt, insertion, tunedFor)]));
    element("downloads", HTMLElement).hidden = false;
    download.hidden = false;
  }
}
