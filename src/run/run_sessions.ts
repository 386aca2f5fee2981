import type { Compiled, CompiledAnswer, CompiledModel, PrefixGraphs, PromptGraphs } from "../compiler/mod.ts";
import type { Device, Replay, ResidentSession, Session } from "../device/device.ts";
import { PrefixValues } from "../device/prefix_values.ts";
import { answerReplay, stepReplay } from "../device/replay_of.ts";
import type { Stopwatch } from "../device/stopwatch.ts";
import type { CompileTarget } from "../artifacts/compile_model.ts";
import { stepKey } from "./compile_experiment.ts";
import { bankOf } from "./compile_run.ts";
import type { RunContext } from "./context.ts";
import type { PreparedBase } from "./complete_prepared.ts";
import type { OpenSessions, SessionLease, SessionSet } from "./session_cache.ts";

/** A compiled training step of a prompt, opened. */
export interface TuningSessions {
  /** The step of one prompt, or of a bank. */
  readonly trainStep: ResidentSession;
  readonly update: ResidentSession;
  readonly answer: Session;
  /** What is kept of the rows before the prompt, where steps leave them out. */
  readonly kept?: PrefixValues;
  /** Frees the step's sessions after the last step, unless others use them or they are kept for the next run. */
  endSteps(): Promise<void>;
}

/** A compiled training step of a whole model, opened. */
export interface ModelSessions {
  readonly trainStep: ResidentSession;
  readonly answer: Session;
}

/** Opens the sessions of a run, or shares those that an earlier run opened; their time is counted for this run. */
export class RunSessions {
  private readonly leases: SessionLease<SessionSet>[] = [];
  /** What is kept of the rows before the prompt. */
  private kept: PrefixValues | undefined;

  /** @param notReplayed takes a line that says why runs are not recorded and replayed; absent where they shall not be */
  constructor(
    private readonly prepared: PreparedBase,
    private readonly device: Device,
    private readonly target: CompileTarget,
    private readonly stopwatch: Stopwatch,
    private readonly run: Pick<RunContext, "resources" | "slot">,
    private readonly notReplayed?: Replay["log"],
  ) {}

  /** The compiled step of a prompt; a run with fused steps gets its slot of a bank's. @param bank the bank's graphs, for these */
  async tuning(compiled: Compiled, bank?: PromptGraphs): Promise<TuningSessions> {
    const { device, stopwatch, run: { slot } } = this;
    const steps = this.replay(stepReplay);
    const { train } = slot ? bankOf({ bank }) : compiled;
    const { sessions, free } = await this.open(slot ? "bank" : "one", async (opened) => ({
      trainStep: await opened(device.openResident(train, steps)),
      update: await opened(device.openResident(compiled.update, steps)),
      answer: await opened(this.openAnswer(compiled)),
    }));
    const { trainStep, update, answer } = sessions;
    return {
      trainStep: stopwatch.timed(slot?.session(trainStep) ?? trainStep),
      update: stopwatch.timed(update),
      answer: stopwatch.timed(answer),
      endSteps: () => free(trainStep, update),
    };
  }

  /** The compiled step of a prompt that leaves out the rows before it. @param most the bytes of memory that are kept of these rows at most */
  async tuningAfterPrefix(
    compiled: Compiled,
    prefix: PrefixGraphs,
    most: number,
  ): Promise<TuningSessions & { readonly kept: PrefixValues }> {
    const { device, stopwatch } = this;
    const { sessions, free } = await this.open("after prefix", async (opened) => ({
      before: await opened(device.open(prefix.before)),
      trainStep: await opened(device.openResident(prefix.train)),
      update: await opened(device.openResident(compiled.update)),
      answer: await opened(device.open(prefix.answer)),
    }));
    const { before, trainStep, update, answer } = sessions;
    const kept = this.kept = await PrefixValues.open(before, prefix.axes, most);
    return {
      trainStep: stopwatch.timed(kept.session(trainStep)),
      update: stopwatch.timed(update),
      answer: stopwatch.timed(kept.session(answer)),
      kept,
      endSteps: async () => {
        kept.end();
        await free(trainStep, update);
      },
    };
  }

  /** The forward pass alone. @param prompts whether the graphs are of one prompt or of a bank */
  async answer(compiled: CompiledAnswer, prompts: "one" | "bank"): Promise<Session> {
    const { sessions } = await this.open(
      `answer|${prompts}`,
      async (opened) => ({ answer: await opened(this.openAnswer(compiled)) }),
    );
    return this.stopwatch.timed(sessions.answer);
  }

  /** The compiled step of the whole model. */
  async modelTuning(compiled: CompiledModel): Promise<ModelSessions> {
    const { device, stopwatch } = this;
    const { sessions: { trainStep, answer } } = await this.open("model", async (opened) => ({
      trainStep: await opened(device.openResident(compiled.train)),
      answer: await opened(device.open(compiled.answer)),
    }));
    return { trainStep: stopwatch.timed(trainStep), answer: stopwatch.timed(answer) };
  }

  /** The model for a hard prompt. */
  async hard(): Promise<Session> {
    const { target, prepared: { model }, run: { resources } } = this;
    const { sessions } = await this.open("hard", async (opened) => ({
      answer: await opened(this.openAnswer(resources.hardGraph(model, target))),
    }));
    return this.stopwatch.timed(sessions.answer);
  }

  /** Ends the run: its sessions may be released. */
  async end(): Promise<void> {
    this.kept?.end();
    for (const lease of this.leases.splice(0)) await lease.end();
  }

  /** Opens the graph that answers: words by their logits, texts by the probabilities of their tokens. */
  private openAnswer(compiled: CompiledAnswer): Promise<Session> {
    // Each graph is made when it is first read.
    const graph = this.target.answer === "text" ? compiled.predict : compiled.answer;
    return this.device.open(graph, this.replay(answerReplay));
  }

  private replay(asked: (log: Replay["log"]) => Replay): Replay | undefined {
    return this.notReplayed && asked(this.notReplayed);
  }

  private async open<Sessions extends SessionSet>(
    graphs: string,
    open: OpenSessions<Sessions>,
  ): Promise<SessionLease<Sessions>> {
    const { stopwatch, device, prepared, run: { resources } } = this;
    const key = [device.kind, stepKey(prepared), graphs].join("|");
    const lease = await stopwatch.count("opening", () => resources.sessions.lease(key, open));
    this.leases.push(lease);
    return lease;
  }
}
