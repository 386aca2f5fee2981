import { InputError } from "../base/errors.ts";
import { chooseDevice } from "../device/choose.ts";
import type { Tensor } from "../device/device.ts";
import { SerialQueue } from "../device/serial_queue.ts";
import { namedText } from "../evaluation/answer_error.ts";
import { promptInsertion } from "../experiment/prompt_vectors.ts";
import type { GeneratedExperiment } from "../experiment/text_types.ts";
import type { EndedBy, TextPiece } from "../generation/decoding.ts";
import { TextGenerator } from "../generator/text_generator.ts";
import { logDownloads } from "../hub/log_downloads.ts";
import type { Tokenizer } from "../model/tokenizer.ts";
import type { Encoded } from "../prompt/encoding.ts";
import type { TargetEncoder } from "../prompt/target_encoding.ts";
import { readPrompt } from "../results/read_prompt.ts";
import type { AnyAbout } from "../results/read_run.ts";
import { CompileCache } from "../artifacts/compile_cache.ts";
import { compileExperiment, compileTargetOf, positionCounting } from "../run/compile_experiment.ts";
import { deviceForModel } from "../run/device_for_model.ts";
import { generateTexts } from "../run/generate_texts.ts";
import { textTargets } from "../run/text_targets.ts";
import { classReader } from "../text_metrics/class_of_text.ts";
import type { CommonLoadOptions } from "./load_options.ts";
import { modelOfRun } from "./model_of_run.ts";
import { type InputText, placedTexts } from "./placed_text.ts";
import { readerOfRun } from "./reader_of_run.ts";

/** A token of an answer. */
export interface AnswerToken {
  /** As the vocabulary writes it. */
  readonly token: string;
  /** Its index in the vocabulary. */
  readonly id: number;
  /** The natural logarithm of its probability after the tokens before it; 0 for a token that the model's files force. */
  readonly logProbability: number;
}

/** The text that a run's model writes as its answer to a text. */
export interface TextAnswer {
  /** Without the token or the stop string that ended it. */
  readonly text: string;
  /** Its tokens, those that ended it among them. */
  readonly tokens: readonly AnswerToken[];
  /** The class that it stands for, `null` where it is the text of none; only where texts stand for classes (`answer.choose: generate`). */
  readonly predicted?: string | null;
  /** Why it ended; `length`: it has as many tokens as it may have (`evaluation.generate.maxTokens`), or as the model has positions for. */
  readonly endedBy: EndedBy;
  /** The number of the tokens of the text that was given which did not fit the model's positions. */
  readonly truncated: number;
}

/** A complete run whose answers are generated. */
export interface GeneratedAbout extends Pick<AnyAbout, "environment"> {
  readonly experiment: GeneratedExperiment;
}

/** What is answered, and who hears of it as it grows. */
interface Asked {
  readonly onPiece?: (piece: TextPiece) => void;
  readonly onAnswered?: ((done: number) => void) | undefined;
  readonly signal?: AbortSignal;
}

/** A run's prompt with its frozen model, ready to answer with texts: {@linkcode loadRun} with `answers: "texts"`. */
export class LoadedTextRun {
  private readonly queue = new SerialQueue();
  private isReleased = false;
  private readonly classOf: ((text: string) => string | undefined) | undefined;

  private constructor(
    /** The run's experiment. */
    readonly experiment: GeneratedExperiment,
    private readonly generator: TextGenerator,
    private readonly encoder: TargetEncoder,
    private readonly tokenizer: Tokenizer,
    private readonly prompt: Tensor | undefined,
    private readonly batchSize: number,
    /** The description of its device. */
    readonly device: string,
  ) {
    this.classOf = experiment.verbalizer && classReader(experiment.verbalizer);
  }

  /** Loads a run. @param folder its own */
  static async open(
    { experiment, environment }: GeneratedAbout,
    folder: string,
    options: CommonLoadOptions,
  ): Promise<LoadedTextRun> {
    const { log = () => {}, downloads = logDownloads(log) } = options;
    const cache = options.cache === undefined ? undefined : new CompileCache(options.cache, log);
    const model = await modelOfRun({ experiment, environment }, folder, options.model, downloads);
    const { prompt } = experiment;
    const { reader, shown } = await readerOfRun(experiment, model, folder);
    const device = deviceForModel(
      await chooseDevice(options.device ?? experiment.device, log),
      model.onnx,
    );
    const target = compileTargetOf(device, experiment);
    const compiled = await compileExperiment({ experiment, model }, target, cache);
    const { encoder } = textTargets(experiment, reader, shown, positionCounting(prompt, compiled));
    const vectors = compiled && (await readPrompt(folder, compiled.dimension)).prompt;
    const insertion = promptInsertion(prompt);
    // Opened last: where anything above fails, nothing stays open.
    const generator = await TextGenerator.open(model, device, {
      ...(insertion && { insertion }),
      target: target.target,
      precision: target.precision,
      tokens: reader.tokens,
      log,
    });
    const { batchSize } = experiment.evaluation;
    const { tokenizer } = reader;
    return new LoadedTextRun(
      experiment,
      generator,
      encoder,
      tokenizer,
      vectors,
      batchSize,
      device.description,
    );
  }

  /** The columns in the template: `text`, or others. */
  get columns(): readonly string[] {
    return Object.keys(this.encoder.encoder.noTexts);
  }

  /** The classes, in the order of the verbalizer; none where answers are free texts. */
  get classes(): readonly string[] {
    return Object.keys(this.experiment.verbalizer ?? {});
  }

  /**
   * Answers texts, in batches of texts of similar length, as the run's own evaluation does (`evaluation.generate`).
   *
   * @param onAnswered hears how many texts have been answered, after each batch
   * @returns in the order of the texts
   * @throws {InputError} where the argument is not a list, a text lacks one of the template's columns, or the run was released
   * @throws {AnswerError} where the model's logits for a text are not numbers
   */
  async answer(
    texts: readonly InputText[],
    onAnswered?: (done: number) => void,
  ): Promise<readonly TextAnswer[]> {
    return await this.answered(this.placed(texts, "answer"), { onAnswered });
  }

  /**
   * Answers a text, and hands its answer out as it grows. The pieces make up the answer's text: each ends where later tokens change
   * nothing, after a whole word or, in scripts without blanks, a whole character. By beam search (`evaluation.generate.beams`) the
   * text is one piece. Leaving the loop ends the generation.
   *
   * @param signal ends it, too, between two tokens: its reason is thrown
   * @returns the whole answer, as the generator's return value
   * @throws as `answer` does
   *
   * @example
   * ```ts ignore
   * import { loadRun } from "softprompt";
   *
   * const run = await loadRun("results/questions", { answers: "texts" });
   * for await (const piece of run.stream("who wrote the play?")) console.log(piece);
   * await run.release();
   * ```
   */
  async *stream(text: InputText, signal?: AbortSignal): AsyncGenerator<string, TextAnswer, void> {
    const placed = this.placed([text], "answer");
    const stop = new AbortController();
    const { readable, writable } = new TransformStream<string, string>({}, { highWaterMark: Infinity });
    const writer = writable.getWriter();
    // Of a stream that nobody reads any more, writing fails, which the answer does not mind.
    const ignore = () => {};
    const found = this.answered(placed, {
      signal: signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]),
      onPiece: (piece) => void writer.write(piece.text).catch(ignore),
    });
    const ended = found.then(() => writer.close(), (error) => writer.abort(error)).catch(ignore);
    try {
      for await (const piece of readable) if (piece !== "") yield piece;
      const [answer] = await found;
      if (answer === undefined) throw new RangeError("the text has no answer");
      return answer;
    } finally {
      stop.abort();
      await found.catch(ignore);
      await ended;
    }
  }

  /** Frees what the run holds on the device, after what it is asked already. */
  async release(): Promise<void> {
    if (this.isReleased) return;
    this.isReleased = true;
    await this.queue.take(() => this.generator[Symbol.asyncDispose]());
  }

  /** The values of the template's columns. @param asked the call that takes the texts, for messages */
  private placed(texts: readonly InputText[], asked: string): Readonly<Record<string, string>>[] {
    if (this.isReleased) throw new InputError("the run was released: load it again to answer");
    return placedTexts(texts, this.columns, this.experiment.dataset.clean, asked);
  }

  /** One question after the other, as they share the device. */
  private answered(
    placed: readonly Readonly<Record<string, string>>[],
    { onPiece, onAnswered, signal }: Asked,
  ): Promise<TextAnswer[]> {
    const { columns, encoder, experiment: { evaluation, precision, tune } } = this;
    const nameOf = (i: number) => namedText("the text", columns.map((name) => placed[i]![name]!).join(" | "));
    const inputs = placed.map((texts): Encoded => encoder.input(texts));
    const logProbabilities = inputs.map((): number[] => []);
    return this.queue.take(async () => {
      signal?.throwIfAborted();
      const found = await generateTexts(this.generator, inputs, this.prompt, {
        ...evaluation.generate,
        batchSize: this.batchSize,
        onPiece: (piece) => {
          logProbabilities[piece.row]!.push(...piece.logProbabilities);
          onPiece?.(piece);
        },
        ...(onAnswered && { onGenerated: onAnswered }),
        ...(signal && { signal }),
      }, { nameOf, precision, tuned: tune !== "none" });
      return found.map(({ text, ids, endedBy }, i) => ({
        text,
        tokens: ids.map((id, at) => ({
          token: this.tokenizer.tokenOf(id),
          id,
          logProbability: logProbabilities[i]![at]!,
        })),
        ...(this.classOf && { predicted: this.classOf(text) ?? null }),
        endedBy,
        truncated: inputs[i]!.truncated,
      }));
    });
  }
}
