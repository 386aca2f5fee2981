import type { CompiledModel, Emitted, PrefixGraphs } from "../compiler/mod.ts";
import type { Device, Replay, ResidentSession, Session } from "../device/device.ts";
import { PrefixValues } from "../device/prefix_values.ts";
import { answerReplay, stepReplay } from "../device/replay_of.ts";
import type { Stopwatch } from "../device/stopwatch.ts";
import type { CompileTarget } from "../artifacts/compile_model.ts";
import { stepKey } from "./compile_experiment.ts";
import { bankOf, type RunGraphs, type SoftGraphs } from "./compile_run.ts";
import type { RunContext } from "./context.ts";
import type { PreparedBase } from "./complete_prepared.ts";
import type { SessionLease } from "./session_cache.ts";

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

/** The forward pass of a run, opened. */
export interface AnswerSessions {
  readonly answer: Session;
  /** The rows before the prompt, where the answer leaves them out. */
  readonly before?: Session;
}

/** Opens the sessions of a run, or shares those that an earlier run opened; their time is counted for this run. */
export class RunSessions {
  private used: { readonly key: string; readonly lease: SessionLease } | undefined;
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

  /** The forward pass that the run will use, to be checked before; the check is timed as a whole. */
  async toCheck(graphs: RunGraphs): Promise<AnswerSessions> {
    return await this.stopwatch.countApart("opening", "checking", async () => {
      const lease = await this.leased(graphs);
      return graphs.prefix
        ? await this.openAfterPrefix(lease, graphs.prefix)
        : { answer: await this.openAnswer(lease, graphs) };
    });
  }

  /** The compiled step of a prompt; a run with fused steps gets its slot of a bank's. */
  async tuning(graphs: SoftGraphs): Promise<TuningSessions> {
    const { device, stopwatch, run: { slot } } = this;
    const steps = this.replay(stepReplay);
    const { train } = slot ? bankOf(graphs) : graphs.prompt;
    const { trainStep, update, answer, free } = await this.open(graphs, async (lease) => ({
      trainStep: await lease.openResident("step", () => device.openResident(train, steps)),
      update: await lease.openResident("update", () => device.openResident(graphs.prompt.update, steps)),
      answer: await this.openAnswer(lease, graphs),
      free: lease.free,
    }));
    return {
      trainStep: stopwatch.timed(slot?.session(trainStep) ?? trainStep),
      update: stopwatch.timed(update),
      answer: stopwatch.timed(answer),
      endSteps: () => free(trainStep, update),
    };
  }

  /** The compiled step of a prompt that leaves out the rows before it. @param most the bytes of memory that are kept of these rows at most */
  async tuningAfterPrefix(
    graphs: SoftGraphs,
    prefix: PrefixGraphs,
    most: number,
  ): Promise<TuningSessions & { readonly kept: PrefixValues }> {
    const { device, stopwatch } = this;
    const { before, trainStep, update, answer, free } = await this.open(graphs, async (lease) => ({
      ...await this.openAfterPrefix(lease, prefix),
      trainStep: await lease.openResident("step", () => device.openResident(prefix.train)),
      update: await lease.openResident("update", () => device.openResident(graphs.prompt.update)),
      free: lease.free,
    }));
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

  /** The compiled step of the whole model. */
  async modelTuning(model: CompiledModel): Promise<ModelSessions> {
    const { device, stopwatch } = this;
    const { trainStep, answer } = await this.open({ model }, async (lease) => ({
      trainStep: await lease.openResident("step", () => device.openResident(model.train)),
      answer: await this.openAnswer(lease, { model }),
    }));
    return { trainStep: stopwatch.timed(trainStep), answer: stopwatch.timed(answer) };
  }

  /** The forward pass alone. */
  async answer(graphs: RunGraphs): Promise<Session> {
    return this.stopwatch.timed(await this.open(graphs, (lease) => this.openAnswer(lease, graphs)));
  }

  /** Ends the run: its sessions may be released. */
  async end(): Promise<void> {
    this.kept?.end();
    await this.used?.lease.end();
  }

  /** Opens the graph that answers: words by their logits, texts by the probabilities of their tokens. */
  private async openAnswer(lease: SessionLease, graphs: RunGraphs): Promise<Session> {
    const { device, prepared: { experiment: { ensemble } } } = this;
    // The weights of a tuned model are no part of its graph, which is not recorded.
    if (graphs.model) return await lease.open("answer", () => device.open(graphs.model.answer));
    const compiled = graphs.hard ?? (ensemble ? bankOf(graphs) : graphs.prompt);
    const graph = (): Emitted => this.target.answer === "text" ? compiled.predict : compiled.answer;
    // Each graph is made when it is first read.
    return await lease.open("answer", () => device.open(graph(), this.replay(answerReplay)));
  }

  private async openAfterPrefix(
    lease: SessionLease,
    { before, answer }: PrefixGraphs,
  ): Promise<Required<AnswerSessions>> {
    const { device } = this;
    return {
      before: await lease.open("before", () => device.open(before)),
      answer: await lease.open("answer", () => device.open(answer)),
    };
  }

  private replay(asked: (log: Replay["log"]) => Replay): Replay | undefined {
    return this.notReplayed && asked(this.notReplayed);
  }

  private async open<Sessions>(
    graphs: RunGraphs,
    open: (lease: SessionLease) => Promise<Sessions>,
  ): Promise<Sessions> {
    return await this.stopwatch.count("opening", async () => await open(await this.leased(graphs)));
  }

  /** The set of sessions of these graphs; the run's use of another is over. */
  private async leased(graphs: RunGraphs): Promise<SessionLease> {
    const { device, prepared, run: { resources } } = this;
    const key = [device.kind, stepKey(prepared), this.setOf(graphs)].join("|");
    if (this.used?.key === key) return this.used.lease;
    await this.used?.lease.end();
    const lease = await resources.sessions.lease(key);
    this.used = { key, lease };
    return lease;
  }

  /** What else tells sets of sessions apart: which graphs they are of. */
  private setOf({ prefix, model, hard }: RunGraphs): string {
    const { prepared: { experiment: { tune, ensemble } }, run: { slot } } = this;
    if (prefix) return "after prefix";
    if (model) return "model";
    if (hard) return "hard";
    if (tune !== "prompt") return ensemble ? "answer|bank" : "answer|one";
    return slot ? "bank" : "one";
  }
}
