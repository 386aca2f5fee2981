import { dirname, resolve } from "@std/path";
import { memoize } from "../base/memoize.ts";
import type { Compiled, CompiledAnswer, CompiledModel } from "../compiler/mod.ts";
import { ExampleFiles } from "../dataset/example_files.ts";
import { type Dataset, loadDataset } from "../dataset/load.ts";
import { loadTransfer, type TransferSet } from "../dataset/transfer.ts";
import { chooseDevice } from "../device/choose.ts";
import type { Device, ResidentSession, Session } from "../device/device.ts";
import { columnsOf, parseTemplate } from "../experiment/template.ts";
import { promptLength } from "../experiment/prompt_vectors.ts";
import type { Experiment, TransferSpec } from "../experiment/types.ts";
import type { DownloadReporter } from "../hub/repository.ts";
import { terminalDownloads } from "../terminal/downloads.ts";
import { compileHardModel, type CompileTarget } from "../artifacts/compile_model.ts";
import { type OpenModel, openModel } from "../model/open_model.ts";
import { type GitCommit, gitCommit } from "../results/git_commit.ts";

/** A compiled training step, opened. */
export interface TuningSessions {
  /** Of one prompt, or of a bank. */
  readonly step: ResidentSession;
  readonly update: ResidentSession;
  readonly answer: Session;
}

/** A compiled training step of a whole model, opened. */
export interface ModelSessions {
  readonly step: ResidentSession;
  readonly answer: Session;
}

/** How a workbench is set up. */
export interface ResourceOptions {
  /** Told what a person should know. */
  readonly log: (line: string) => void;
  /** Threads of the native CPU; all its cores where this is left out. */
  readonly threads?: number;
  /** Whether sessions are kept for the next run, at the price of the memory that they hold meanwhile. */
  readonly keepsSessions: boolean;
}

/**
 * What runs that follow each other share: models and data that were read, devices, and the sessions of the last compiled
 * step, which serve every run of the same model, insertion and optimizer. Models and data are kept as long as this is: a batch
 * reads what all its runs need before the first of them begins, so that whatever were dropped in between would be read again.
 */
export class ResourceCache {
  private readonly models = new Map<string, Promise<OpenModel>>();
  private readonly files = new ExampleFiles();
  private readonly commits = new Map<string, Promise<GitCommit>>();
  private readonly datasets = new Map<string, Promise<Dataset>>();
  private readonly transfers = new Map<string, Promise<TransferSet>>();
  private readonly devices = new Map<string, Promise<Device>>();
  private readonly hardGraphs = new Map<string, CompiledAnswer>();
  private open:
    | {
      readonly key: string;
      readonly sessions: Promise<Readonly<Record<string, Session | ResidentSession>>>;
    }
    | undefined;

  constructor(private readonly options: ResourceOptions) {}

  /** @param namedIn the experiment file, which paths are relative to */
  model(spec: Experiment["model"], namedIn: string): Promise<OpenModel> {
    const key = [resolve(dirname(namedIn), spec.source), spec.file, spec.revision].join("|");
    return memoize(this.models, key, () => openModel(spec, namedIn, this.downloads));
  }

  /** @param namedIn the experiment file, which paths are relative to */
  dataset(
    { dataset, prompt, seed }: Experiment,
    namedIn: string,
    classes: readonly string[],
  ): Promise<Dataset> {
    const placeholders = columnsOf(parseTemplate(prompt.template, promptLength(prompt)));
    const key = JSON.stringify([dataset, seed, classes, placeholders, resolve(dirname(namedIn))]);
    return memoize(
      this.datasets,
      key,
      () => loadDataset(dataset, namedIn, classes, seed, placeholders, this.downloads, this.files),
    );
  }

  /** Other data that an experiment is scored on. @param namedIn the experiment file, which paths are relative to */
  transfer(
    { evaluation: { transfer = [] }, prompt }: Experiment,
    namedIn: string,
    classes: readonly string[],
  ): Promise<TransferSet[]> {
    const placeholders = columnsOf(parseTemplate(prompt.template, promptLength(prompt)));
    const key = (spec: TransferSpec) =>
      JSON.stringify([spec, classes, placeholders, resolve(dirname(namedIn))]);
    return Promise.all(
      transfer.map((spec, i) =>
        memoize(
          this.transfers,
          key(spec),
          () => loadTransfer(spec, i, namedIn, classes, placeholders, this.downloads, this.files),
        )
      ),
    );
  }

  /** The commit that an experiment file is tracked in, as it was when it was first asked for. */
  commit(file: string): Promise<GitCommit> {
    return memoize(this.commits, resolve(file), () => gitCommit(file));
  }

  private get downloads(): DownloadReporter {
    return terminalDownloads((line) => this.options.log(line));
  }

  /** The device that an experiment names. */
  device(wanted: Experiment["device"]): Promise<Device> {
    const { log, threads } = this.options;
    return memoize(this.devices, wanted, () => chooseDevice(wanted, log, threads));
  }

  /** @param key tells compiled steps apart */
  async tuning(
    device: Device,
    compiled: Compiled,
    key: string,
    prompts: "one" | "bank",
  ): Promise<TuningSessions> {
    const train = prompts === "bank" ? compiled.bank.train : compiled.train;
    return await this.opened(`${device.kind}|${key}|${prompts}`, async () => ({
      step: await device.openResident(train),
      update: await device.openResident(compiled.update),
      answer: await device.open(compiled.answer),
    }));
  }

  /** A step of the whole model, opened. @param key tells compiled steps apart */
  async modelTuning(device: Device, compiled: CompiledModel, key: string): Promise<ModelSessions> {
    return await this.opened(`${device.kind}|${key}`, async () => ({
      step: await device.openResident(compiled.train),
      answer: await device.open(compiled.answer),
    }));
  }

  /** The forward pass alone, opened. @param key tells compiled steps apart */
  async answer(device: Device, compiled: Compiled, key: string, prompts: "one" | "bank"): Promise<Session> {
    const { answer } = prompts === "bank" ? compiled.bank : compiled;
    const open = async () => ({ answer: await device.open(answer) });
    return (await this.opened(`${device.kind}|${key}|answer|${prompts}`, open)).answer;
  }

  /** A model with nothing but words in front, compiled. */
  hardGraph(model: OpenModel, target: CompileTarget): CompiledAnswer {
    const key = hardKey(model, target), graph = this.hardGraphs.get(key) ?? compileHardModel(model, target);
    this.hardGraphs.set(key, graph);
    return graph;
  }

  /** A model with nothing but words in front, opened. */
  async hard(device: Device, model: OpenModel, target: CompileTarget): Promise<Session> {
    const open = async () => ({ answer: await device.open(this.hardGraph(model, target).answer) });
    return (await this.opened(`${device.kind}|hard|${hardKey(model, target)}`, open)).answer;
  }

  /** A run takes no more steps: what it took them with is freed, unless it is kept for the next. */
  async endTuning(): Promise<void> {
    const { open } = this;
    if (open === undefined || this.options.keepsSessions) return;
    const { step, update, ...others } = await open.sessions;
    this.open = { key: `${open.key}|tuned`, sessions: Promise.resolve(others) };
    await step?.release();
    await update?.release();
  }

  /** A run is over: what it opened is freed, unless it is kept for the next. */
  async endRun(): Promise<void> {
    if (!this.options.keepsSessions) await this.release();
  }

  /** Frees what is open. */
  async release(): Promise<void> {
    const sessions = await this.open?.sessions.catch(() => undefined);
    this.open = undefined;
    for (const session of Object.values<Session | ResidentSession>(sessions ?? {})) await session.release();
  }

  private async opened<Sessions extends { readonly [name: string]: Session | ResidentSession }>(
    key: string,
    open: () => Promise<Sessions>,
  ): Promise<Sessions> {
    if (this.open?.key !== key) {
      await this.release();
      this.open = { key, sessions: open() };
    }
    return await this.open.sessions as Sessions;
  }
}

function hardKey({ onnx, sha256 }: OpenModel, { target, precision }: CompileTarget): string {
  return [onnx, sha256, target, precision].join("|");
}
