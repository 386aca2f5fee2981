import { join } from "@std/path";
import { chooseDevice } from "../device/choose.ts";
import type { Session, Tensor } from "../device/device.ts";
import { answerReplay } from "../device/replay_of.ts";
import { namedText } from "../evaluation/answer_error.ts";
import { indexOfLargest } from "../evaluation/softmax.ts";
import { calibrated, type Calibration } from "../evaluation/recalibration.ts";
import { InputError } from "../base/errors.ts";
import {
  type ClassExperiment,
  generatingKey,
  isGeneratedExperiment,
  isLikelihoodExperiment,
} from "../experiment/class_experiment.ts";
import { answerBatches } from "../prompt/padding.ts";
import { readWeights } from "../results/model_weights.ts";
import { probabilitiesOf } from "../results/predictions.ts";
import { readPrompt } from "../results/read_prompt.ts";
import { wordRun } from "../results/word_run.ts";
import { memberFolders } from "../results/ensemble_file.ts";
import { readAbout, readAnyAbout, readEnsemble } from "../results/read_run.ts";
import { calibrationIn } from "../run/calibrate.ts";
import { CompileCache } from "../artifacts/compile_cache.ts";
import { compileHardModel, compileWholeModel } from "../artifacts/compile_model.ts";
import { deviceForModel } from "../run/device_for_model.ts";
import { logDownloads } from "../hub/log_downloads.ts";
import type { LoadOptions, TextLoadOptions } from "./load_options.ts";
import type { LoadedTextRun } from "./load_texts.ts";
import { type InputText, placedTexts } from "./placed_text.ts";
import { type LoadedTask, loadedWords } from "./loaded_task.ts";
import { modelOfRun } from "./model_of_run.ts";
import type { OpenModel } from "../model/open_model.ts";
import { readTunedPrompt } from "./read_tuned_prompt.ts";
import {
  compileExperiment,
  compileExperimentBank,
  compileTargetOf,
  optimizerName,
  positionCounting,
} from "../run/compile_experiment.ts";
import { readEnsemblePrompts } from "../run/read_ensemble_prompts.ts";

/** A text to classify: the value of `{text}`, or of each of the template's columns by its name. */
export type Classifiable = InputText;

/** A run's prediction for a text. */
export interface Classification {
  /** The most probable class. */
  readonly predicted: string;
  /** The probability of each class, by its name. */
  readonly probabilities: Readonly<Record<string, number>>;
  /** The number of the text's tokens that did not fit the model's positions. */
  readonly truncated: number;
}

/**
 * A run's prompt with its frozen model, ready to classify.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { loadRun } from "softprompt";
 *
 * const run = await loadRun("test/fixtures/runs/first-soft", { device: "cpu" });
 * assertEquals(run.classes, ["negative", "positive"]);
 * assertEquals(run.columns, ["text"]);
 * const [answer] = await run.classify([{ text: "dull , long and loud ." }]);
 * assertEquals(answer!.predicted, "negative");
 * await run.release();
 * ```
 */
export class LoadedRun {
  private isReleased = false;

  private constructor(
    /** The run's experiment, with the length and the classes of another prompt where one takes the place of its own. */
    readonly experiment: ClassExperiment,
    private readonly session: Session,
    private readonly classifyAll: ReturnType<LoadedTask["answerer"]>,
    private readonly calibration: Calibration,
    /** The columns in the template: `text`, or others. */
    readonly columns: readonly string[],
    /** The description of its device. */
    readonly device: string,
  ) {}

  /** Loads a run: `loadRun`. @param folder of a complete run */
  static async open(folder: string, options: LoadOptions): Promise<LoadedRun> {
    const { log = () => {}, downloads = logDownloads(log) } = options;
    const cache = options.cache === undefined ? undefined : new CompileCache(options.cache, log);
    const about = await readAbout(folder);
    const model = await modelOfRun(about, folder, options.model, downloads);
    const wanted = options.device ?? about.experiment.device;
    const device = deviceForModel(await chooseDevice(wanted, log), model.onnx);
    const target = compileTargetOf(device, about.experiment);
    const compiling = { experiment: about.experiment, model };
    const compiled = await compileExperiment(compiling, target, cache);
    const tuned = options.prompt === undefined ? undefined : await readTunedPrompt(options.prompt, {
      folder,
      ...wordRun(about, folder, "--prompt"),
      model,
      dimension: compiled?.dimension,
    });
    const experiment = tuned?.experiment ?? about.experiment;
    const { prompt } = experiment;
    const isWhole = experiment.tune === "all";
    const bank = experiment.ensemble && await compileExperimentBank(compiling, target, cache);
    const { predict } = isWhole
      ? compileWholeModel(model, optimizerName(experiment.training), target)
      : bank ?? compiled ?? compileHardModel(model, target);
    const counting = positionCounting(prompt, compiled);
    const formTask = isLikelihoodExperiment(experiment)
      ? await (await import("./loaded_likelihoods.ts")).loadedLikelihoods(experiment, model, counting, folder)
      : loadedWords(experiment, model, counting);
    // A calibration belongs to the prompt that the run tuned.
    const calibration = tuned === undefined
      ? calibrationIn(about.metrics.calibration, Object.keys(experiment.verbalizer))
      : {};
    const inputs = tuned !== undefined
      ? { prompt: tuned.prompt }
      : isWhole
      ? await readWeights(folder)
      : compiled
      ? { prompt: await promptOf(experiment, folder, model, compiled.dimension) }
      : {};
    // Opened last: where anything above fails, nothing stays open.
    const session = await device.open(predict, answerReplay(log));
    const answer = formTask.answerer({
      session,
      inputs,
      ...(experiment.ensemble && { vote: experiment.ensemble.vote }),
      ...answerBatches(model, session, experiment.evaluation, device),
      precision: experiment.precision,
      tuned: experiment.tune !== "none",
    });
    const { columns } = formTask;
    return new LoadedRun(experiment, session, answer, calibration, columns, device.description);
  }

  /** The classes, in the order of the verbalizer. */
  get classes(): readonly string[] {
    return Object.keys(this.experiment.verbalizer);
  }

  /**
   * Classifies texts, in batches of texts of similar length.
   *
   * @param onAnswered hears how many texts have been classified, after each batch
   * @returns in the order of the texts
   * @throws {InputError} where the argument is not a list, a text lacks one of the template's columns, or the run was released
   * @throws {AnswerError} where the answer to a text is not a number
   */
  async classify(
    texts: readonly Classifiable[],
    onAnswered?: (done: number) => void,
  ): Promise<readonly Classification[]> {
    if (this.isReleased) throw new InputError("the run was released: load it again to classify");
    const { classes, columns, experiment: { dataset } } = this;
    const placed = placedTexts(texts, columns, dataset.clean, "classify");
    const nameOf = (i: number) => namedText("the text", columns.map((name) => placed[i]![name]!).join(" | "));
    const found = await this.classifyAll(placed, { nameOf, onAnswered });
    const logits = found.logits.map((row) => calibrated(row, this.calibration));
    return logits.map((row, i) => ({
      predicted: classes[indexOfLargest(row)]!,
      probabilities: probabilitiesOf(row, classes),
      truncated: found.truncated[i]!,
    }));
  }

  /** Frees what the run holds on the device. */
  async release(): Promise<void> {
    if (this.isReleased) return;
    this.isReleased = true;
    await this.session.release();
  }
}

/** A run's prompt, or an ensemble's prompts, read from their runs. */
async function promptOf(
  experiment: ClassExperiment,
  folder: string,
  model: OpenModel,
  dimension: number,
): Promise<Tensor> {
  if (experiment.ensemble === undefined) return (await readPrompt(folder, dimension)).prompt;
  const { members } = await readEnsemble(folder);
  const { folders, prompts, sha256 } = await readEnsemblePrompts(
    experiment,
    memberFolders(folder, members),
    model,
  );
  const unknown = members.findIndex(({ prompt_sha256: then }) => then === undefined);
  if (unknown !== -1) {
    throw new InputError(
      `${join(folder, "ensemble.json")} has no 'members.${unknown}.prompt_sha256': run the ensemble again`,
    );
  }
  const changed = members.findIndex(({ prompt_sha256: then }, i) => then !== sha256[i]);
  if (changed !== -1) {
    throw new InputError(
      `the prompt in ${
        folders[changed]
      } is not the one that ${folder} was scored with: it has been tuned again since; run the ensemble again, too`,
    );
  }
  return prompts;
}

/**
 * Loads a run's prompt and its frozen model, to classify with it. Nothing is written to the program's terminal: `log` and `downloads` receive all
 * notices.
 *
 * @param folder of a complete run, of a soft or a hard prompt or of an ensemble
 * @throws {InputError} where there is no such run, or its model is missing or differs
 * @throws {DeviceError} where the device is unavailable
 *
 * @example
 * ```ts
 * import { loadRun } from "softprompt";
 *
 * const run = await loadRun("test/fixtures/runs/first-soft");
 * const [answer] = await run.classify(["a gripping, beautifully acted thriller ."]);
 * console.log(answer!.predicted, answer!.probabilities);
 * await run.release();
 * ```
 */
export function loadRun(folder: string, options?: LoadOptions): Promise<LoadedRun>;
/**
 * Loads a run whose answers are generated, free texts or those of classes, to answer with texts.
 *
 * @throws {InputError} where there is no such run, or its model is missing or differs
 * @throws {DeviceError} where the device is unavailable
 *
 * @example
 * ```ts ignore
 * import { loadRun } from "softprompt";
 *
 * const run = await loadRun("results/questions", { answers: "texts" });
 * const [answer] = await run.answer([{ text: "who wrote it?", context: "the play was written by Ann ." }]);
 * console.log(answer!.text, answer!.tokens);
 * await run.release();
 * ```
 */
export function loadRun(folder: string, options: TextLoadOptions): Promise<LoadedTextRun>;
export async function loadRun(
  folder: string,
  options: LoadOptions | TextLoadOptions = {},
): Promise<LoadedRun | LoadedTextRun> {
  const { experiment, environment } = await readAnyAbout(folder);
  if (options.answers !== "texts") {
    if (!isGeneratedExperiment(experiment)) return await LoadedRun.open(folder, options);
    throw new InputError(
      `the answers of ${folder} are generated texts ('${
        generatingKey(experiment)
      }'): load it with loadRun(folder, { answers: "texts" }), and call its answer`,
    );
  }
  if (isGeneratedExperiment(experiment)) {
    const { LoadedTextRun } = await import("./load_texts.ts");
    return await LoadedTextRun.open({ experiment, environment }, folder, options);
  }
  throw new InputError(
    `the answers of ${folder} are classes with probabilities: load it with loadRun(folder), without 'answers', and call its classify`,
  );
}
