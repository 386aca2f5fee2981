import type { Compiled, CompiledModel } from "../compiler/mod.ts";
import type { Device, Session } from "../device/device.ts";
import type { Stopwatch } from "../device/stopwatch.ts";
import type { LockstepSlot } from "../training/fused_steps.ts";
import type { CompileTarget } from "../artifacts/compile_model.ts";
import type { Prepared } from "./prepare.ts";
import { stepKey } from "./compile_experiment.ts";
import type { ModelSessions, ResourceCache, TuningSessions } from "./resource_cache.ts";

/** Opens what a run needs, or finds it opened by one before it; the time of its runs counts as this run's. */
export class Sessions {
  constructor(
    private readonly prepared: Prepared,
    private readonly device: Device,
    private readonly target: CompileTarget,
    private readonly stopwatch: Stopwatch,
    private readonly resources: ResourceCache,
  ) {}

  /**
   * The compiled step of a prompt.
   *
   * @param slot of a run that takes its steps together with others: it has its part in a bank's
   */
  async tuning(compiled: Compiled, slot: LockstepSlot | undefined): Promise<TuningSessions> {
    const { stopwatch, resources, device, prepared } = this;
    const { step, update, answer } = await stopwatch.count(
      "opening",
      () => resources.tuning(device, compiled, stepKey(prepared), slot ? "bank" : "one"),
    );
    return {
      step: stopwatch.timed(slot?.session(step) ?? step),
      update: stopwatch.timed(update),
      answer: stopwatch.timed(answer),
    };
  }

  /** No more steps are taken; where they are taken together with others', these may go on. */
  async endTuning(slot: LockstepSlot | undefined): Promise<void> {
    if (!slot) await this.resources.endTuning();
  }

  /** The forward pass alone, of one prompt or of a bank. */
  async answer(compiled: Compiled, prompts: "one" | "bank"): Promise<Session> {
    const { stopwatch, resources, device, prepared } = this;
    const open = () => resources.answer(device, compiled, stepKey(prepared), prompts);
    return stopwatch.timed(await stopwatch.count("opening", open));
  }

  /** The compiled step of the whole model. */
  async modelTuning(compiled: CompiledModel): Promise<ModelSessions> {
    const { stopwatch, resources, device, prepared } = this, key = stepKey(prepared);
    const open = () => resources.modelTuning(device, compiled, key);
    const { step, answer } = await stopwatch.count("opening", open);
    return { step: stopwatch.timed(step), answer: stopwatch.timed(answer) };
  }

  /** The model with nothing but words in front. */
  async hard(): Promise<Session> {
    const { stopwatch, resources, device, prepared: { model }, target } = this;
    return stopwatch.timed(await stopwatch.count("opening", () => resources.hard(device, model, target)));
  }
}
