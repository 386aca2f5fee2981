import { type CompiledGeneration, compileGeneration, type GenerationOptions } from "../compiler/mod.ts";
import type { Device, DeviceTensor, Tensor } from "../device/device.ts";
import { SessionGroup } from "../device/session_group.ts";
import { BrokenLogits, type GeneratedText, type TextPiece } from "../generation/decoding.ts";
import { generate } from "../generation/generate.ts";
import { type GenerationRules, readGenerationRules } from "../model/generation_rules.ts";
import type { OpenModel } from "../model/open_model.ts";
import { RegionReader } from "../model/read_region.ts";
import { evaluationBatches } from "../prompt/batches.ts";
import { mostTargetTokens } from "../prompt/decoder_targets.ts";
import type { Encoded } from "../prompt/encoding.ts";
import type { TextBatch } from "./begin.ts";
import { CacheTrust } from "./cache_trust.ts";
import { COMPARED_TOKENS } from "./check_cache.ts";
import { type GenerationSessions, openGeneration, READS_AGAIN } from "./generation_sessions.ts";
import { continueWithoutCache, nextPosition } from "./read_again.ts";
import type { StartedContinuation } from "./started_continuation.ts";
import { tokenRulesOf } from "./token_rules_of.ts";
import { canContinue, continuesPadded, continueWithCache } from "./with_cache.ts";

/** How a generator is opened. */
export interface GeneratorOptions extends Pick<GenerationOptions, "insertion" | "target" | "precision"> {
  /** The tokens that a text begins and ends with. */
  readonly tokens: {
    /** What an encoder-decoder's decoder starts with (`decoder_start_token_id`). */
    readonly start: number | undefined;
    /** Those that end a text. */
    readonly ends: readonly number[];
  };
  /** Takes warnings. */
  readonly log: (line: string) => void;
  /** Keeps what is compiled between calls; by default nothing is kept. */
  readonly keep?: (
    options: Required<Pick<GenerationOptions, "target" | "precision">>,
    compile: () => CompiledGeneration,
  ) => Promise<CompiledGeneration>;
}

/** How texts are generated. */
export interface GenerateOptions {
  /** The largest number of tokens of a text, its end token among them. */
  readonly maxTokens: number;
  /** The texts that end a text, which stops before them. */
  readonly stop: readonly string[];
  /** The number of beams; 1: greedily. */
  readonly beams: number;
  /** The largest number of rows at once: of texts, times beams. */
  readonly batchSize: number;
  /** Receives texts as they grow; `row` is the index of the example. */
  readonly onPiece?: (piece: TextPiece) => void;
  /** Hears how many texts are finished, after each batch. */
  readonly onGenerated?: (done: number) => void;
  /** Stops between two tokens: its reason is thrown. */
  readonly signal?: AbortSignal;
}

/**
 * A model that answers with texts of its own, opened on a device. A compiled graph reads a text with its prompt, and the model's own file
 * continues it by a token at a time from the keys and values that it takes (`past_key_values.*`), which stay on the device. Where it takes
 * none, each token reads all before it again; an encoder runs once either way. Greedy and beam search are transformers' `generate` with the
 * same prompt through `inputs_embeds`.
 */
export class TextGenerator implements AsyncDisposable {
  private readonly warned = new Set<string>();
  private readonly trust: CacheTrust | undefined;

  private constructor(
    private readonly model: OpenModel,
    private readonly sessions: GenerationSessions,
    private readonly group: SessionGroup,
    private readonly rules: GenerationRules,
    private readonly options: GeneratorOptions,
  ) {
    const path = model.continuing?.path;
    this.trust = sessions.cached && new CacheTrust(
      sessions,
      sessions.cached,
      (fault) => this.warn(`${READS_AGAIN}: ${path} ${fault}: is it of the same model and the same export?`),
    );
  }

  /**
   * Compiles and opens what texts are generated with.
   *
   * @param model opened for generating (`openModel` with `generates`); without its continuing file, there is no cache
   * @throws {CompileError} where the model cannot be compiled
   */
  static async open(model: OpenModel, device: Device, options: GeneratorOptions): Promise<TextGenerator> {
    const { insertion, log, keep = (_, compile) => Promise.resolve(compile()) } = options;
    const { target = device.kind === "webgpu" ? "webgpu" : "cpu", precision = "float32" } = options;
    const { graph, onnx, decoder, continuing } = model;
    using regions = new RegionReader();
    const { read } = regions;
    const compiled = await keep(
      { target, precision },
      () => compileGeneration(graph, onnx, { insertion, target, precision, decoder, continuing, read }),
    );
    if ("reason" in compiled.cache) {
      log(`warning: ${READS_AGAIN}: ${compiled.cache.reason}`);
    }
    await using opening = new AsyncDisposableStack();
    const group = opening.use(new SessionGroup(log));
    const rules = await readGenerationRules(model.folder, model.facts.rows);
    const sessions = await openGeneration(compiled, continuing, device, group, log);
    opening.move();
    return new TextGenerator(model, sessions, group, rules, options);
  }

  /**
   * Generates texts.
   *
   * @param examples texts in their template, in any order
   * @param prompt float32 [length, dimension]; absent for hard prompts
   * @returns the texts in the order of the examples
   * @throws {RangeError} where an example leaves no position for a token
   * @throws {BrokenLogits} where the model's logits are not numbers, naming the example
   */
  async generate(
    examples: readonly Encoded[],
    prompt: Tensor | DeviceTensor | undefined,
    options: GenerateOptions,
  ): Promise<GeneratedText[]> {
    const { beams, batchSize, signal, onGenerated } = options;
    this.warnOfRules();
    const atOnce = this.model.facts.quantizesActivations ? 1 : Math.max(1, Math.floor(batchSize / beams));
    const limits = examples.map((example, i) => this.tokensOf(example, i, options.maxTokens));
    await this.learn(examples.filter((_, i) => limits[i]! > COMPARED_TOKENS), prompt);
    const found: GeneratedText[] = [];
    let done = 0;
    for (const [maxTokens, own] of Map.groupBy(examples.keys(), (i) => limits[i]!)) {
      const lengths = own.map((i) => examples[i]!.ids.length);
      for (const batch of evaluationBatches(lengths, atOnce, this.isPadded)) {
        signal?.throwIfAborted();
        const indices = batch.map((at) => own[at]!);
        const texts = await this.generateBatch(
          { ...this.batchOf(indices.map((i) => examples[i]!)), prompt },
          indices,
          { ...options, maxTokens },
        );
        for (const [at, text] of texts.entries()) found[indices[at]!] = text;
        onGenerated?.(done += texts.length);
      }
    }
    return found;
  }

  /** Frees what it holds on the device. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.group.release();
  }

  /** @param indices of the batch's texts among the examples */
  private async generateBatch(
    batch: TextBatch,
    indices: readonly number[],
    { maxTokens, stop, beams, onPiece, signal }: GenerateOptions,
  ): Promise<GeneratedText[]> {
    const { rules: { forcedFirstId, forcedLastIds, lengthPenalty, earlyStopping }, options: { tokens } } =
      this;
    const { tokenizer } = this.model;
    const rules = tokenRulesOf(this.rules, batch);
    const started = await this.start(batch, maxTokens);
    try {
      return await generate(started.continuation, {
        maxTokens,
        beams,
        stop,
        endIds: tokens.ends,
        startIds: batch.startIds,
        beamRules: { lengthPenalty, earlyStopping },
        decode: (ids) => tokenizer.decode(ids),
        ...(rules && { rules }),
        ...(forcedFirstId !== undefined && { forcedFirstId }),
        ...(forcedLastIds !== undefined && { forcedLastIds }),
        ...(onPiece && { onPiece: (piece) => onPiece({ ...piece, row: indices[piece.row]! }) }),
        ...(signal && { signal }),
      });
    } catch (error) {
      throw error instanceof BrokenLogits ? new BrokenLogits(indices[error.row]!, error.tokens) : error;
    } finally {
      started.free();
    }
  }

  /** Finds out whether the model's own file continues texts, of those that are long enough. */
  private async learn(
    texts: readonly Encoded[],
    prompt: Tensor | DeviceTensor | undefined,
  ): Promise<void> {
    const { sessions: { cached }, trust } = this;
    if (cached === undefined || trust === undefined) return;
    const batch = (texts: readonly Encoded[]) => ({ ...this.batchOf(texts), prompt });
    const able = texts.filter((text) => canContinue(cached, batch([text])));
    if (able.length < texts.length) {
      this.warn(
        `${READS_AGAIN}: the model's file counts positions itself, and the prompt takes none ('insertion: word-embeddings' lets it)`,
      );
    }
    // What is never continued together need not be compared together.
    await trust.learn(batch(this.isPadded ? able : able.slice(0, 1)));
  }

  private async start(batch: TextBatch, maxTokens: number): Promise<StartedContinuation> {
    const { sessions: { cached }, trust } = this;
    // For so few tokens texts are read again as fast as the file would be compared, for which there may be no positions.
    const isLong = maxTokens > COMPARED_TOKENS;
    return cached !== undefined && isLong && canContinue(cached, batch) && trust?.covers(batch)
      ? await continueWithCache(this.sessions, cached, batch)
      : await continueWithoutCache(this.sessions, batch);
  }

  private batchOf(texts: readonly Encoded[]): Omit<TextBatch, "prompt"> {
    const { model: { tokenizer, decoder }, options: { tokens: { start } } } = this;
    if (decoder !== undefined && start === undefined) {
      throw new RangeError("an encoder-decoder needs the token that its decoder starts with");
    }
    return {
      texts,
      padId: tokenizer.padId,
      startIds: decoder === undefined || start === undefined ? [] : [start],
    };
  }

  /** Whether texts of several lengths may be in one batch. */
  private get isPadded(): boolean {
    const { sessions: { encoder, cached }, trust } = this;
    if (encoder !== undefined && !encoder.inputNames.includes("attention_mask")) return false;
    if (cached === undefined || trust?.isAlone === false) return true;
    return (encoder !== undefined || continuesPadded(cached)) && trust?.isTogether !== false;
  }

  /** The largest number of tokens after an example: those that the model has positions for, at most as many as wanted. */
  private tokensOf(example: Encoded, index: number, wanted: number): number {
    const { card, facts: { decoder } } = this.model;
    if (decoder !== undefined) {
      return Math.min(wanted, mostTargetTokens({ ...card, ...decoder }));
    }
    const { positions, sequence, firstPosition } = card;
    const room = Math.min(
      (positions ?? Infinity) - (nextPosition(example) - firstPosition),
      (sequence ?? Infinity) - example.ids.length,
    );
    // The last token is not read.
    if (room < 0) {
      throw new RangeError(
        `text ${index + 1} takes all positions of the model, and none is left for an answer`,
      );
    }
    return Math.min(wanted, room + 1);
  }

  private warnOfRules(): void {
    const { ignored } = this.rules;
    if (ignored.length === 0) return;
    this.warn(
      `the model's files ask for ${
        ignored.join(", ")
      }, which is not done: texts are the most probable ones, greedily or by beam search`,
    );
  }

  private warn(warning: string): void {
    if (this.warned.has(warning)) return;
    this.warned.add(warning);
    this.options.log(`warning: ${warning}`);
  }
}
