import { join } from "@std/path";
import { CompileCache } from "../artifacts/compile_cache.ts";
import { Stopwatch } from "../device/stopwatch.ts";
import type { MetricsFile } from "../results/metrics_file.ts";
import { Interrupted } from "../training/trainer.ts";
import { buildClassifier, trainedNumbers } from "./build_classifier.ts";
import { type CheckedRun, type CheckOutcome, checkRun } from "./check_run.ts";
import { classifyAll } from "./classify_all.ts";
import type { Answering } from "./answering.ts";
import type { EncodedExample } from "./encode_dataset.ts";
import { likelihoodAnswering } from "./likelihood_answering.ts";
import { wordAnswering } from "./word_answering.ts";
import { answerWarning, dataWarnings, encodingWarnings } from "./warnings.ts";
import { compileTargetOf, positionCounting } from "./compile_experiment.ts";
import { deviceForModel } from "./device_for_model.ts";
import type { AnyPrepared } from "./prepare.ts";
import { compileRun } from "./compile_run.ts";
import type { RunContext } from "./context.ts";
import { RunSessions } from "./run_sessions.ts";
import { environmentOf, writeRun } from "./write_run.ts";

/** Tunes, classifies, and writes everything into the run's folder, which completes it. */
export async function runInto(prepared: AnyPrepared, context: RunContext): Promise<MetricsFile> {
  return prepared.form === "word"
    ? await runAs(prepared, wordAnswering(prepared), context)
    : await runAs(prepared, likelihoodAnswering(prepared), context);
}

async function runAs<One extends EncodedExample>(
  prepared: AnyPrepared,
  answering: Answering<One>,
  context: RunContext,
): Promise<MetricsFile> {
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
  const graphs = await stopwatch.count(
    "compiling",
    () => compileRun(prepared, target, cache, resources),
  );
  signal.throwIfAborted();
  const counting = positionCounting(experiment.prompt, graphs.prompt);
  const encoded = await answering.encode(
    counting,
    signal,
    (done, total) => progress.reach({ stage: "encoding", done, total }),
  );
  for (const line of encodingWarnings(title, model, encoded)) progress.log(line);
  for (const notice of dataWarnings(title, prepared)) progress.note(notice);
  progress.reach({ stage: "checking", done: 0 });
  const check = await stopwatch.count(
    "checking",
    () => checkedFirst({ prepared, graphs, target, device: bare, cache: cache.folder, log }, context),
  );
  const sessions = new RunSessions(prepared, bare, target, stopwatch, context);
  try {
    const built = await buildClassifier({ prepared, answering, graphs, encoded, device, sessions }, context);
    if (signal.aborted) {
      throw new Interrupted(`${title} was interrupted before its test set was classified`);
    }
    const classified = await classifyAll(
      prepared,
      encoded,
      built.answerer,
      trainedNumbers(built),
      built.tuned,
      context,
    );
    const warning = answerWarning(title, prepared, classified.predictions);
    if (warning !== undefined) progress.log(warning);
    const environment = environmentOf(prepared, device, stopwatch.timing, check, folder.path);
    await writeRun(prepared, built, classified, environment, context);
    return classified.metrics;
  } finally {
    await sessions.end();
  }
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
