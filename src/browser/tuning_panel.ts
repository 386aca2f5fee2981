/// <reference lib="dom" />
import { thrownMessage } from "../base/errors.ts";
import type { Device, Tensor } from "../device/device.ts";
import type { SerialQueue } from "../device/serial_queue.ts";
import { decodeText, SAVE_AS_UTF8 } from "../disk/decode_text.ts";
import { promptFile } from "../prompt/prompt_file.ts";
import { element, notify, numberIn, setNumber } from "./elements.ts";
import { drawLoss } from "./loss_curve.ts";
import type { ServedRun } from "./served_run.ts";
import { tuneInBrowser } from "./tune.ts";

/** The part of the page that tunes another prompt on a table of the user's. */
export class TuningPanel {
  private readonly table = element("table", HTMLTextAreaElement);
  private readonly tuneButton = element("tune", HTMLButtonElement);
  private readonly stopButton = element("stop", HTMLButtonElement);
  private interrupt = new AbortController();

  /**
   * @param queue serializes the work on the device
   * @param onTuned takes the tuned prompt, float32 [length, dimension]
   */
  constructor(
    private readonly run: ServedRun,
    private readonly device: Device,
    private readonly queue: SerialQueue,
    private readonly onTuned: (prompt: Tensor) => void,
  ) {
    const { about, prompt } = run;
    setNumber("length", prompt.dims[0]);
    setNumber("rate", about.training.optimizer.learningRate);
    setNumber("seed", about.seed);
    notify("classes", run.classes.join(", "));
    const file = element("file", HTMLInputElement);
    file.addEventListener("change", () => this.load(file.files?.[0]));
    this.tuneButton.addEventListener("click", () => this.start());
    this.stopButton.addEventListener("click", () => this.interrupt.abort());
  }

  /** Lets the user start. */
  enable(): void {
    this.tuneButton.disabled = false;
  }

  /** Shows the content of the chosen file as the table. */
  private async load(file: File | undefined): Promise<void> {
    if (!file) return;
    try {
      this.table.value = decodeText(new Uint8Array(await file.arrayBuffer()), file.name, SAVE_AS_UTF8);
      notify("tuning-trouble", "");
    } catch (error) {
      notify("tuning-trouble", thrownMessage(error));
    }
  }

  private async start(): Promise<void> {
    this.tuneButton.disabled = true;
    this.stopButton.disabled = false;
    this.interrupt = new AbortController();
    const { signal } = this.interrupt;
    for (const id of ["tuning-trouble", "tuning-notes"]) notify(id, "");
    try {
      await this.queue.take(() => this.tune(signal));
    } catch (error) {
      notify("tuning-trouble", thrownMessage(error));
    } finally {
      this.tuneButton.disabled = false;
      this.stopButton.disabled = true;
    }
  }

  private async tune(signal: AbortSignal): Promise<void> {
    const losses: { step: number; loss: number }[] = [];
    const steps = numberIn("steps");
    notify("progress", "preparing");
    const running = tuneInBrowser(this.run, this.device, {
      table: this.table.value,
      length: numberIn("length"),
      steps,
      learningRate: numberIn("rate"),
      seed: numberIn("seed"),
      signal,
      note: (line) => element("tuning-notes", HTMLElement).append(`${line} `),
    });
    for (;;) {
      const { done, value } = await running.next();
      if (done) return this.finish(value);
      if (value.kind !== "history") continue;
      losses.push(value.line);
      drawLoss(element("curve", HTMLElement), losses, steps);
      notify("progress", `step ${value.line.step} of ${steps}, loss ${value.line.loss.toFixed(4)}`);
      // The page is drawn, and clicks are heard, between two steps.
      await new Promise((drawn) => setTimeout(drawn));
    }
  }

  /** Offers the tuned prompt for download. */
  private finish(tuned: Tensor): void {
    const { insertion, calibration } = this.run.about;
    const download = element("download", HTMLAnchorElement);
    if (download.href) URL.revokeObjectURL(download.href);
    download.href = URL.createObjectURL(new Blob([promptFile(tuned, insertion)]));
    download.hidden = false;
    const wasCalibrated = Object.keys(calibration).length > 0;
    notify("whose-prompt", `the prompt tuned in this page${wasCalibrated ? ", without calibration" : ""}`);
    this.onTuned(tuned);
  }
}
