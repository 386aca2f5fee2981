import { dirname, resolve } from "@std/path";
import { allDone } from "../base/all_done.ts";
import { memoize, memoizeLatest } from "../base/memoize.ts";
import type { CompiledAnswer } from "../compiler/mod.ts";
import { ExampleFiles } from "../dataset/example_files.ts";
import type { AnsweredExample } from "../dataset/example.ts";
import { type Dataset, loadDataset } from "../dataset/load.ts";
import { type AnsweredData, loadAnswered } from "../dataset/load_answered.ts";
import { loadAnsweredTransfer, loadTransfer, type TransferSet } from "../dataset/transfer.ts";
import { chooseDevice } from "../device/choose.ts";
import type { Device } from "../device/device.ts";
import { columnsOf, parseTarget, parseTemplate, templateText } from "../experiment/template.ts";
import type { ClassTextExperiment, FreeTextExperiment, TextExperiment } from "../experiment/text_types.ts";
import { promptLength } from "../experiment/prompt_vectors.ts";
import type { Experiment, TransferSpec, WordExperiment } from "../experiment/types.ts";
import type { DownloadReporter } from "../hub/repository.ts";
import { compileHardModel, type CompileTarget } from "../artifacts/compile_model.ts";
import { modelUse } from "../model/model_use.ts";
import { type OpenModel, openModel } from "../model/open_model.ts";
import { openTextReader, type TextReader } from "../model/text_reader.ts";
import { type GitCommit, gitCommit } from "../results/git_commit.ts";
import { SessionCache } from "./session_cache.ts";

/** The settings of shared resources. */
export interface ResourceOptions {
  /** Takes notices, and the progress of downloads. */
  readonly reporter: DownloadReporter;
  /** Threads of the native CPU; all cores by default. */
  readonly threads?: number;
  /** The number of workers that share the memory, of which this is one; 1 by default. */
  readonly workers?: number;
  /** Whether sessions are kept for the next run, at the cost of the memory that they hold meanwhile. */
  readonly keepsSessions: boolean;
}

/** How many models are kept. */
const MODELS_KEPT = 8;

/**
 * The resources that consecutive runs share: models and data, devices, and the sessions of the last compiled
 * step, which serve every run of the same model, insertion and optimizer. Data are never evicted: a batch reads what all its
 * runs need before the first of them starts, so that evicted data would be read again. Each worker of a batch of several jobs
 * (`--jobs`) has a cache of its own: data are read once in each of them. Only the last few models are kept, as
 * a vocabulary may take hundreds of megabytes: runs of one model follow each other, so that a batch of many models reads each
 * of them twice at most.
 */
export class ResourceCache {
  private readonly models = new Map<string, Promise<OpenModel>>();
  private readonly files = new ExampleFiles();
  private readonly commits = new Map<string, Promise<GitCommit>>();
  private readonly datasets = new Map<string, Promise<Dataset>>();
  private readonly transfers = new Map<string, Promise<TransferSet>>();
  private readonly answeredData = new Map<string, Promise<AnsweredData>>();
  private readonly readers = new Map<string, Promise<TextReader>>();
  private readonly devices = new Map<string, Promise<Device>>();
  private readonly hardGraphs = new WeakMap<OpenModel, Map<string, CompiledAnswer>>();
  private readonly downloads: DownloadReporter;
  private readonly threads: number | undefined;
  /** The number of workers that share the memory, of which this is one. */
  readonly workers: number;
  /** The sessions of the last compiled step. */
  readonly sessions: SessionCache;

  constructor({ reporter, threads, workers = 1, keepsSessions }: ResourceOptions) {
    this.downloads = reporter;
    this.threads = threads;
    this.workers = workers;
    this.sessions = new SessionCache(keepsSessions, (line) => reporter.log(line));
  }

  /** The model of an experiment. @param namedIn the experiment file, which paths are relative to */
  model(experiment: Experiment, namedIn: string): Promise<OpenModel> {
    const { model: spec } = experiment;
    const use = modelUse(experiment);
    const named = [resolve(dirname(namedIn), spec.source), spec.file, spec.revision];
    const key = [...named, use.generates, ...use.beside ?? []].join("|");
    const open = () => openModel(spec, namedIn, this.downloads, use);
    return memoizeLatest(this.models, MODELS_KEPT, key, open);
  }

  /** Runs that differ in the seed share data that it has no part in. @param namedIn the experiment file, which paths are relative to */
  async dataset(
    { dataset, prompt, seed }: Pick<WordExperiment | ClassTextExperiment, "dataset" | "prompt" | "seed">,
    namedIn: string,
    classes: readonly string[],
  ): Promise<Dataset> {
    const placeholders = placeholdersOf(prompt);
    const key = JSON.stringify([dataset, classes, placeholders, resolve(dirname(namedIn))]);
    const load = () => loadDataset(dataset, namedIn, classes, seed, placeholders, this.downloads, this.files);
    const shared = await memoize(this.datasets, key, load);
    return shared.isDrawn ? await memoize(this.datasets, `${key}|${seed}`, load) : shared;
  }

  /** Other data that an experiment is scored on. @param namedIn the experiment file, which paths are relative to */
  transfer(
    { evaluation: { transfer = [] }, prompt }: Pick<
      WordExperiment | ClassTextExperiment,
      "evaluation" | "prompt"
    >,
    namedIn: string,
    classes: readonly string[],
  ): Promise<TransferSet[]> {
    const placeholders = placeholdersOf(prompt);
    const key = (spec: TransferSpec) =>
      JSON.stringify([spec, classes, placeholders, resolve(dirname(namedIn))]);
    return allDone(
      transfer.map((spec, i) =>
        memoize(
          this.transfers,
          key(spec),
          () => loadTransfer(spec, i, namedIn, classes, placeholders, this.downloads, this.files),
        )
      ),
    );
  }

  /** The data of free texts, shared as {@linkcode dataset} does. @param namedIn the experiment file, which paths are relative to */
  async answered(
    { dataset, prompt, seed, answer: { target } }: FreeTextExperiment,
    namedIn: string,
  ): Promise<AnsweredData> {
    const placeholders = placeholdersOf(prompt);
    const key = JSON.stringify([dataset, target, placeholders, resolve(dirname(namedIn))]);
    const load = () =>
      loadAnswered(dataset, parseTarget(target), namedIn, seed, placeholders, this.downloads, this.files);
    const shared = await memoize(this.answeredData, key, load);
    return shared.isDrawn ? await memoize(this.answeredData, `${key}|${seed}`, load) : shared;
  }

  /** Other data that free texts are scored on. @param namedIn the experiment file, which paths are relative to */
  answeredTransfer(
    { evaluation: { transfer = [] }, prompt, answer }: FreeTextExperiment,
    namedIn: string,
  ): Promise<TransferSet<AnsweredExample>[]> {
    const placeholders = placeholdersOf(prompt);
    const target = parseTarget(answer.target);
    return allDone(
      transfer.map((spec, i) =>
        loadAnsweredTransfer(spec, i, target, namedIn, placeholders, this.downloads, this.files)
      ),
    );
  }

  /** What texts and answers are read with. @param namedIn the experiment file, which paths are relative to */
  textReader(experiment: TextExperiment, namedIn: string): Promise<TextReader> {
    const { model, prompt } = experiment;
    const wantsChat = typeof prompt.template !== "string";
    const key = [resolve(dirname(namedIn), model.source), model.file, model.revision, wantsChat].join("|");
    const open = () => this.model(experiment, namedIn);
    return memoizeLatest(
      this.readers,
      MODELS_KEPT,
      key,
      () => openTextReader(model, namedIn, this.downloads, open, wantsChat),
    );
  }

  /** The commit that an experiment file is tracked in, as of the first request. */
  commit(file: string): Promise<GitCommit> {
    return memoize(this.commits, resolve(file), () => gitCommit(file, (line) => this.downloads.log(line)));
  }

  /** The device that an experiment names. */
  device(wanted: WordExperiment["device"]): Promise<Device> {
    const log = (line: string) => this.downloads.log(line);
    return memoize(this.devices, wanted, () => chooseDevice(wanted, log, this.threads));
  }

  /** A model compiled for hard prompts. */
  hardGraph(model: OpenModel, target: CompileTarget): CompiledAnswer {
    const graphs = this.hardGraphs.get(model) ?? new Map<string, CompiledAnswer>();
    const key = [target.target, target.precision, target.answer ?? "word"].join("|");
    const graph = graphs.get(key) ?? compileHardModel(model, target);
    this.hardGraphs.set(model, graphs.set(key, graph));
    return graph;
  }

  /** Frees what is open and not in use. */
  async release(): Promise<void> {
    await this.sessions.release();
  }
}

/** The columns in an experiment's template. */
function placeholdersOf(prompt: Experiment["prompt"]): string[] {
  return columnsOf(parseTemplate(templateText(prompt.template), promptLength(prompt)));
}
