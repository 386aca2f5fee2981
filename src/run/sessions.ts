import type { Compiled, CompiledModel } from "../compiler/mod.ts";
import type { Device, Session } from "../device/device.ts";
import type { Stopwatch } from "../device/stopwatch.ts";
import type { FusedMember } from "../training/fused_steps.ts";
import type { Form } from "../artifacts/compile_model.ts";
import type { Prepared } from "./prepare.ts";
import { stepKey } from "./compile_experiment.ts";
import type { ModelSessions, TuningSessions, Workbench } from "./resource_cache.ts";

/** Opens what a run needs, or finds it opened by one before it; the time of its runs counts as this run's. */
export class Sessions {
  constructor(
    private readonly prepared: Prepared,
    private readonly device: Device,
    private readonly form: Form,
    private readonly stopwatch: Stopwatch,
    private readonly workbench: Workbench,
  ) {}

  /**
   * The compiled step of a prompt.
   *
   * @param seat of a run that takes its steps together with others: it has its part in a bank's
   */
  async tuning(compiled: Compiled, seat: FusedMember | undefined): Promise<TuningSessions> {
    const { stopwatch, workbench, device, prepared } = this;
    const { step, update, answer } = await stopwatch.count(
      "opening",
      () => workbench.tuning(device, compiled, stepKey(prepared), seat ? "bank" : "one"),
    );
    return {
      step: stopwatch.timed(seat?.session(step) ?? step),
      update: stopwatch.timed(update),
      answer: stopwatch.timed(answer),
    };
  }

  /** No more steps are taken; where they are taken together with others', these may go on. */
  async endTuning(seat: FusedMember | undefined): Promise<void> {
    if (!seat) await this.workbench.endTuning();
  }

  /** The forward pass alone, of one prompt or of a bank. */
  async answer(compiled: Compiled, prompts: "one" | "bank"): Promise<Session> {
    const { stopwatch, workbench, device, prepared } = this;
    const open = () => workbench.answer(device, compiled, stepKey(prepared), prompts);
    return stopwatch.timed(await stopwatch.count("opening", open));
  }

  /** The compiled step of the whole model. */
  async modelTuning(compiled: CompiledModel): Promise<ModelSessions> {
    const { stopwatch, workbench, device, prepared } = this, key = stepKey(prepared);
    const open = () => workbench.modelTuning(device, compiled, key);
    const { step, answer } = await stopwatch.count("opening", open);
    return { step: stopwatch.timed(step), answer: stopwatch.timed(answer) };
  }

  /** The model with nothing but words in front. */
  async hard(): Promise<Session> {
    const { stopwatch, workbench, device, prepared: { model }, form } = this;
    return stopwatch.timed(await stopwatch.count("opening", () => workbench.hard(device, model, form)));
  }
}
