import { join } from "@std/path";
import type { GraphName } from "../browser/served_run.ts";
import { type Emitted, writeShape } from "../compiler/mod.ts";
import { InputError } from "../base/errors.ts";
import { isGeneratedExperiment } from "../experiment/class_experiment.ts";
import { numberLimitsAt } from "../experiment/schema_part.ts";
import { checkSemantics } from "../experiment/semantics.ts";
import { columnsOf, parseTemplate, withoutVectors } from "../experiment/template.ts";
import { DEFAULTS } from "../experiment/experiment_file.ts";
import type { PromptTuning, Untuned } from "../experiment/types.ts";
import { filesSha256 } from "../model/files_sha256.ts";
import { readTokenizerConfig } from "../model/read_tokenizer.ts";
import { readAbout, readAnyAbout, readRun, type RunAbout } from "../results/read_run.ts";
import { type WordRun, wordRun } from "../results/word_run.ts";
import { readPrompt } from "../results/read_prompt.ts";
import { exampleRows, type LabelledText } from "../serve/example_rows.ts";
import { type ServedFiles, serveRun } from "../serve/server.ts";
import { calibrationIn } from "../run/calibrate.ts";
import { CompileCache } from "../artifacts/compile_cache.ts";
import { compileHardModel } from "../artifacts/compile_model.ts";
import type { CommandIo } from "../terminal/command_io.ts";
import { terminalDownloads } from "../terminal/downloads.ts";
import { modelOfRun } from "../inference/model_of_run.ts";
import type { OpenModel } from "../model/open_model.ts";
import { checkFiles } from "../run/check_model_files.ts";
import { servedUntilInterrupted } from "./served_until_interrupted.ts";
import { optimizerName, positionCounting } from "../run/compile_experiment.ts";

/** The flags of `serve`. */
export interface ServeFlags {
  /** The folder of a run whose hard prompt is shown for comparison. */
  readonly hard?: string;
  /** The model's folder, if it has moved since the run. */
  readonly model?: string;
  /** The folder of all results, with the cache of compiled steps. */
  readonly results: string;
  readonly host: string;
  readonly port: number;
}

/** The target of the graphs, which run on WebGPU and on WebAssembly. */
const FORM = { target: "webgpu", precision: "float32" } as const;

/** The limits of the share of texts that the page holds out, in per cent. */
const HELD_OUT = { type: "integer", minimum: 0, maximum: 90 } as const;

/**
 * `softprompt serve`: a page that classifies sentences with a run's prompt, and tunes another in the browser; or, of a run of generated
 * texts, one that asks this program.
 *
 * @param folder of a complete run of a soft prompt, or of any prompt whose answers are generated
 */
export async function serve(
  folder: string,
  flags: ServeFlags,
  io: CommandIo,
): Promise<void> {
  const { hard, model, results, host, port } = flags;
  const { experiment: asked, environment } = await readAnyAbout(folder);
  if (isGeneratedExperiment(asked)) {
    const { serveTextRun } = await import("./serve_texts.ts");
    return await serveTextRun({ experiment: asked, environment, folder }, flags, io);
  }
  const about = wordRun(await readAbout(folder), folder, "serve");
  const { experiment } = about;
  if (experiment.prompt.kind !== "soft") {
    throw new InputError(
      `${folder} is a run of a hard prompt: name a run of a soft prompt, and pass this one with --hard`,
    );
  }
  if (experiment.tune !== "prompt") {
    throw new InputError(
      `${folder} has not tuned a prompt, and the page repeats a run's tuning: name a run that has`,
    );
  }
  const columns = columnsOf(parseTemplate(experiment.prompt.template, experiment.prompt.length));
  if (columns.join() !== "text") {
    throw new InputError(
      `the page has one text field, but the template of ${folder} has ${
        columns.join(", ")
      }: name a run whose template has {text} alone`,
    );
  }
  const run = hard === undefined ? undefined : wordRun(await readAbout(hard), hard, "--hard");
  const beside = run?.experiment ?? hardened(experiment);
  checkSemantics(beside.semantics, `the run in ${hard}`);
  if (beside.prompt.kind !== "hard" || beside.tune !== "none") {
    throw new InputError(`${hard} is not a run of a hard prompt with an untuned model: pass one with --hard`);
  }
  const frozen = await modelOfRun(about, folder, model, terminalDownloads(io));
  if (run && hard !== undefined) {
    checkFiles(frozen, run.environment, hard, `pass a run of the model of ${folder} with --hard`);
  }
  const files = await servedFiles(
    folder,
    { ...about, experiment },
    { ...run, experiment: beside },
    frozen,
    results,
    io,
  );
  const what = "load the run's prompts, example texts and model";
  await servedUntilInterrupted(
    experiment.name,
    { host, port, what },
    (options) => serveRun(files, options),
    io,
  );
}

/** The experiment without its vectors: the words around them are the hard prompt. */
function hardened({ training: _, ensemble: __, ...experiment }: PromptTuning): Untuned {
  const template = withoutVectors(experiment.prompt.template);
  return { ...experiment, tune: "none", prompt: { kind: "hard", template } };
}

/** Example texts of a run's test set; none where its predictions cannot be read, which the page does not need. */
async function exampleIn(folder: string, io: CommandIo): Promise<readonly LabelledText[]> {
  try {
    return exampleRows((await readRun(folder)).predictions);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    io.log(`warning: the page has no example texts: ${error.message}`);
    return [];
  }
}

async function servedFiles(
  folder: string,
  { experiment, metrics }: RunAbout & { readonly experiment: PromptTuning },
  { experiment: beside, metrics: besideMetrics }:
    & Pick<WordRun, "experiment">
    & Partial<Pick<WordRun, "metrics">>,
  model: OpenModel,
  results: string,
  io: CommandIo,
): Promise<ServedFiles> {
  const { prompt, training } = experiment;
  const { insertion } = prompt;
  const cache = new CompileCache(join(results, ".cache"), io.log);
  const compiled = await cache.compile(model, insertion, optimizerName(training), FORM);
  // The page reads the run's own prompt file.
  await readPrompt(folder, compiled.dimension);
  const graphs: Readonly<Record<GraphName, Emitted>> = {
    train: compiled.train,
    update: compiled.update,
    predict: compiled.predict,
    embed: compiled.embed,
    hard: compileHardModel(model, FORM).predict,
  };
  const each = <Result>(of: (graph: Emitted) => Result): Record<GraphName, Result> => ({
    train: of(graphs.train),
    update: of(graphs.update),
    predict: of(graphs.predict),
    embed: of(graphs.embed),
    hard: of(graphs.hard),
  });
  return {
    description: {
      title: experiment.name,
      model: filesSha256(model),
      insertion: insertion,
      template: prompt.template,
      hardTemplate: beside.prompt.template,
      clean: experiment.dataset.clean,
      hardClean: beside.dataset.clean,
      calibration: calibrationIn(metrics.calibration, Object.keys(experiment.verbalizer)),
      hardCalibration: calibrationIn(besideMetrics?.calibration, Object.keys(beside.verbalizer)),
      verbalizer: experiment.verbalizer,
      hardVerbalizer: beside.verbalizer,
      multiTokenWords: experiment.multiTokenWords,
      // A page cannot read another run's prompt: tuning in it starts from words.
      initialization: "path" in prompt.initialization
        ? { ...DEFAULTS.prompt.initialization, top: DEFAULTS["prompt.initialization"].top }
        : prompt.initialization,
      training: training,
      seed: experiment.seed,
      example: await exampleIn(folder, io),
      limits: {
        length: numberLimitsAt("prompt.length"),
        steps: numberLimitsAt("training.steps"),
        learningRate: numberLimitsAt("training.optimizer.learningRate"),
        seed: numberLimitsAt("seed"),
        heldOut: HELD_OUT,
      },
      card: model.card,
      tokenizerConfig: await readTokenizerConfig(model.folder),
      facts: model.facts,
      counting: positionCounting(prompt, compiled),
      dimension: compiled.dimension,
      state: compiled.state.map(({ name, shape }) => ({ name, shape: writeShape(shape) })),
      graphs: each(({ weights, sizes }) => ({ weights: [...weights.keys()], sizes })),
    },
    graphs: each(({ bytes }) => bytes),
    weights: new Map(Object.values(graphs).flatMap(({ weights }) => [...weights])),
    files: new Map([
      ["tokenizer.json", join(model.folder, "tokenizer.json")],
      ["prompt.safetensors", join(folder, "prompt.safetensors")],
    ]),
  };
}
