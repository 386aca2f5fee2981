import { join } from "@std/path";
import { CompileCache } from "../artifacts/compile_cache.ts";
import { Stopwatch } from "../device/stopwatch.ts";
import type { CompleteMetrics } from "../results/metrics_file.ts";
import type { Environment } from "../results/environment.ts";
import { diagnosis } from "../results/diagnosis.ts";
import { diagnosisText } from "../results/diagnosis_text.ts";
import type { Tuned } from "../training/trainer.ts";
import { Interrupted } from "../training/training_error.ts";
import { buildClassifier, type BuiltClassifier, trainedNumbers } from "./build_classifier.ts";
import { type CheckedRun, type CheckOutcome, checkRun, soundGraphs } from "./check_run.ts";
import { classifyAll } from "./classify_all.ts";
import type { FormTask } from "./form_task.ts";
import type { CompileTarget } from "../artifacts/compile_model.ts";
import type { Device } from "../device/device.ts";
import { isGeneratedExperiment } from "../experiment/class_experiment.ts";
import type { EncodedDataset, EncodedExample } from "./encode_dataset.ts";
import { wordTask } from "./word_task.ts";
import { answeredWarnings, answerWarning, dataWarnings, encodingWarnings } from "./warnings.ts";
import { compileTargetOf, positionCounting } from "./compile_experiment.ts";
import { deviceForModel } from "./device_for_model.ts";
import type { AnyPrepared, PreparedClasses, PreparedGenerated } from "./prepare.ts";
import { compileRun } from "./compile_run.ts";
import type { RunContext } from "./context.ts";
import { keepChat } from "./keep_chat.ts";
import { RunSessions } from "./run_sessions.ts";
import { environmentOf, writeRun } from "./write_run.ts";

/**
 * Tunes, judges, and writes everything into the run's folder, which completes it. What only answers that are texts need, such as the
 * quantiles of t, is loaded for them alone.
 */
export async function runInto(asked: AnyPrepared, context: RunContext): Promise<CompleteMetrics> {
  const prepared = await keepChat(asked, context.folder);
  switch (prepared.form) {
    case "word":
      return await runClasses(prepared, wordTask(prepared), context);
    case "likelihood": {
      const { likelihoodTask } = await import("./likelihood_task.ts");
      return await runClasses(prepared, likelihoodTask(prepared), context);
    }
    case "free":
    case "generate":
      return await runFree(prepared, context);
  }
}

/** A run whose answers are classes. */
async function runClasses<One extends EncodedExample>(
  prepared: PreparedClasses,
  formTask: FormTask<One>,
  context: RunContext,
): Promise<CompleteMetrics> {
  const { title, progress } = context;
  return await runAs(prepared, () => Promise.resolve(formTask), context, async (built, encoded, about) => {
    const { tuned, answerer } = built;
    const classified = await classifyAll(
      prepared,
      encoded,
      answerer,
      trainedNumbers(built),
      tuned,
      context,
    );
    const warning = answerWarning(title, prepared, classified.predictions);
    if (warning !== undefined) progress.log(warning);
    const metrics = await diagnosed(classified.metrics, tuned, context, warning !== undefined);
    await writeRun(prepared, built, { ...classified, metrics }, about(), context);
    return metrics;
  });
}

/** A run whose answers are generated. */
async function runFree(prepared: PreparedGenerated, context: RunContext): Promise<CompleteMetrics> {
  const { title, progress, written } = context;
  if (!isGeneratedExperiment(written)) throw new TypeError(`${title} is written with other answers`);
  const { freeTask, openGenerator } = await import("./free_task.ts");
  const { judgeFree } = await import("./judge_free.ts");
  const { writeFreeRun } = await import("./write_free_run.ts");
  const log = (line: string) => progress.log(`${title}: ${line}`);
  await using opened = new AsyncDisposableStack();
  const open = async (device: Device, target: CompileTarget, cache: CompileCache) => {
    const generator = await openGenerator(prepared, device, target, cache, log);
    if (generator !== undefined) opened.use(generator);
    return freeTask(prepared, generator, log);
  };
  return await runAs(prepared, open, context, async (built, encoded, about) => {
    const { tuned, answerer } = built;
    const judged = await judgeFree(prepared, encoded, answerer, trainedNumbers(built), tuned, context);
    if (prepared.form === "generate") {
      const answers = judged.predictions.map(({ predicted = null }) => ({ predicted }));
      const warning = answerWarning(title, prepared, answers);
      if (warning !== undefined) progress.log(warning);
    }
    const metrics = await diagnosed(judged.metrics, tuned, context);
    await writeFreeRun(prepared, built, { ...judged, metrics }, about(), context, written);
    return metrics;
  });
}

/**
 * The metrics of a run with what its tuning shows, which is reported: runs have much of it in common.
 *
 * @param isSaid whether it has been reported that all answers are the same, which is no better than the majority
 */
async function diagnosed<Metrics extends CompleteMetrics>(
  metrics: Metrics,
  tuned: Tuned | undefined,
  { folder, title, progress }: RunContext,
  isSaid = false,
): Promise<Metrics> {
  if (tuned === undefined) return metrics;
  const warnings = diagnosis(await folder.history(), metrics);
  for (const warning of warnings) {
    if (isSaid && warning.kind === "no_better_than_majority") continue;
    progress.note({ about: warning.kind, line: `warning: ${title}: ${diagnosisText(warning).en}` });
  }
  return { ...metrics, warnings };
}

/**
 * What is the same for all forms of answers.
 *
 * @param open makes what differs
 * @param finish judges and writes what was built
 */
async function runAs<One extends EncodedExample, Made>(
  prepared: AnyPrepared,
  open: (device: Device, target: CompileTarget, cache: CompileCache) => Promise<FormTask<One, Made>>,
  context: RunContext,
  finish: (
    built: BuiltClassifier<Made>,
    encoded: EncodedDataset<One>,
    about: () => Environment,
  ) => Promise<CompleteMetrics>,
): Promise<CompleteMetrics> {
  const { title, folder, policy, signal, progress, resources } = context;
  const { experiment, model } = prepared;
  const stopwatch = new Stopwatch();
  const bare = deviceForModel(await resources.device(experiment.device), model.onnx);
  const device = stopwatch.watch(bare);
  progress.start(title, experiment.prompt.kind, device.description);
  const target = compileTargetOf(bare, experiment);
  const log = (line: string) => progress.log(line);
  const cache = new CompileCache(join(policy.results, ".cache"), log);
  progress.reach({ stage: "compiling", done: 0 });
  const compiled = await stopwatch.count(
    "compiling",
    () => compileRun(prepared, target, bare, cache, context),
  );
  signal.throwIfAborted();
  const formTask = await open(bare, target, cache);
  const counting = positionCounting(experiment.prompt, compiled.prompt);
  const encoded = await formTask.encode(
    counting,
    signal,
    (done, total) => progress.reach({ stage: "encoding", done, total }),
  );
  for (const line of encodingWarnings(title, model, encoded)) progress.log(line);
  const notices = prepared.form === "free"
    ? answeredWarnings(title, prepared)
    : dataWarnings(title, prepared);
  for (const notice of notices) progress.note(notice);
  progress.reach({ stage: "checking", done: 0 });
  const notReplayed = policy.replay
    ? (line: string) => progress.note({ about: line, line: `${title}: ${line}` })
    : undefined;
  const sessions = new RunSessions(prepared, bare, target, stopwatch, context, notReplayed);
  try {
    const run = { prepared, graphs: compiled, target, device: bare, sessions, cache: cache.folder, log };
    const { graphs, outcome: check } = await stopwatch.count(
      "checking",
      () => soundGraphs(run, (run) => checkedFirst(run, context)),
    );
    const built = await buildClassifier({ prepared, formTask, graphs, encoded, device, sessions }, context);
    if (signal.aborted) {
      throw new Interrupted(`${title} was interrupted before its test set was classified`);
    }
    return await finish(
      built,
      encoded,
      () => ({
        ...environmentOf(prepared, device, stopwatch, check, folder.path),
        ...speedOf(built.tuned, encoded),
      }),
    );
  } finally {
    await sessions.end();
  }
}

/** How fast tuning was; nothing where nothing was tuned. */
function speedOf(
  tuned: Tuned | undefined,
  { train }: Pick<EncodedDataset<EncodedExample>, "train">,
): Pick<Environment, "tokens_per_second"> {
  if (tuned === undefined || !Number.isFinite(tuned.examplesPerSecond)) return {};
  const tokens = train.reduce((sum, { ids }) => sum + ids.length, 0);
  return { tokens_per_second: tuned.examplesPerSecond * tokens / train.length };
}

/** Compares the compiled graph with the model's own file, unless that is disabled; logs a warning if it was skipped. */
async function checkedFirst(
  run: CheckedRun,
  { title, progress, policy: { selfCheck } }: RunContext,
): Promise<CheckOutcome> {
  const outcome = selfCheck ? await checkRun(run) : { skipped: "--no-self-check" };
  if ("skipped" in outcome) {
    progress.log(
      `warning: ${title}: the compiled graph was not compared with the model's own file (${outcome.skipped})`,
    );
  }
  return outcome;
}
