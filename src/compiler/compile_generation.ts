import type { Emitted } from "./backend/emit.ts";
import type { CompileOptions } from "./compiled.ts";
import { type ContinuingFile, continuingFile, type NoCache } from "./frontend/continuing_file.ts";
import { HIDDEN_STATES } from "./frontend/import_decoder.ts";
import { type FileBytes, type OnnxFile, readModelFiles, readOnnxFile } from "./frontend/onnx_file.ts";
import { CompileError } from "./graph/errors.ts";
import { emitForTarget, type LoweringTarget, type Purpose } from "./lower_for_target.ts";
import { CONTINUED_HIDDEN_STATES, staysAsItIs } from "./passes/begin_text.ts";
import type { PassOptions, StagedGraph } from "./passes/pass.ts";
import { noGraph, runPasses } from "./passes/run_passes.ts";
import type { Insertion } from "./passes/splice.ts";
import { frontend, splicePrompt } from "./pipeline.ts";
import { choosingRows, DECODER_ALONE, encoderOf, readNextAnd } from "./text_pipeline.ts";

/** The graphs that begin texts, which the model's own file continues, or which are read again for each token. */
export interface CompiledGeneration {
  /**
   * Of an encoder-decoder: from texts and prompt to `encoder_hidden_states` float32 [batch, sequence, size], and, where the file that
   * continues texts takes them, `continued_hidden_states`, the same in its type.
   */
  readonly encoder: Emitted | undefined;
  /**
   * To `next_logits` float32 [batch, vocabulary] after the row `answer_rows`, and the first value of each state, by the name of the input
   * that takes it. Of an encoder-decoder, its decoder's: from `encoder_hidden_states`, `attention_mask` and `decoder_input_ids`.
   */
  readonly next: Emitted;
  /** How the model's own file continues texts, or why it does not. */
  readonly cache: CompiledCache | NoCache;
  /** Of an encoder-decoder: from `encoder_hidden_states`, and `rows` int64 [chosen], to `encoder_hidden_states_chosen`. */
  readonly chooseHidden: RowChoice | undefined;
  /** From what the file that continues texts takes of each and stays as it is, and `rows` int64 [chosen], to its rows, by names that end in `_chosen`; absent where nothing does. */
  readonly chooseTexts: RowChoice | undefined;
  /** The same of what grows with each token. */
  readonly chooseStates: RowChoice | undefined;
}

/** A graph that chooses rows. */
export interface RowChoice {
  /** The graph. */
  readonly graph: Emitted;
  /** What it takes, beside `rows`. */
  readonly names: readonly string[];
}

/** How a model's own file continues texts. */
export interface CompiledCache extends ContinuingFile {
  /** The inputs that take what stays as it is: keys and values of the encoder's text. */
  readonly staying: ReadonlySet<string>;
}

/** The options of compiling for generation. */
export interface GenerationOptions extends Omit<CompileOptions, "loss" | "answer"> {
  /** Where a prompt enters; absent for hard prompts. */
  readonly insertion?: Insertion | undefined;
  /** The file that continues texts: the model's own, or a decoder's (`decoder_with_past_model.onnx`, `decoder_model_merged.onnx`). */
  readonly continuing?: FileBytes | undefined;
}

/**
 * Compiles what begins texts that a model continues.
 *
 * @param bytes the model's ONNX file, of an encoder-decoder its encoder's
 * @param path where it lies, for messages and for referring to its weights
 * @throws {CompileError} on anything in the model that cannot be compiled
 */
export function compileGeneration(
  bytes: Uint8Array,
  path: string,
  options: GenerationOptions = {},
): CompiledGeneration {
  const { continuing, decoder, read } = options;
  const file = readModelFiles({ bytes, path }, decoder, read);
  if (continuing === undefined) {
    return compileFor(file, { reason: `${path} comes without a file that continues texts` }, options);
  }
  const cache = continuingFile(file.decoder ?? file, readOnnxFile(continuing.bytes, continuing.path, read));
  if ("reason" in cache) return compileFor(file, cache, options);
  try {
    return compileFor(file, cache, options);
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    // What is kept of texts may be what cannot be compiled.
    return compileFor(file, { reason: error.message }, options);
  }
}

/** Compiles a model with or without what its own file continues texts from. */
function compileFor(
  file: OnnxFile,
  cache: ContinuingFile | NoCache,
  { insertion, onPass, verify, target = "cpu", precision = "float32" }: GenerationOptions,
): CompiledGeneration {
  const options: PassOptions = { onPass, verify };
  const to: LoweringTarget = { target, precision };
  const { states, hidden } = "reason" in cache ? { states: [], hidden: undefined } : cache;
  const kept = new Map(states.map(({ past, first }) => [past, first]));
  const whole = runPasses(noGraph(file.path), frontend(file, kept), options);
  const spliced = insertion === undefined
    ? whole
    : runPasses(whole, [splicePrompt(insertion, "one")], options);
  const encoder = file.decoder && runPasses(spliced, [encoderOf(hidden)], options);
  const reading = file.decoder === undefined ? spliced : runPasses(whole, [DECODER_ALONE], options);
  const types = new Map(states.map(({ past, type }) => [past, type]));
  const next = runPasses(reading, readNextAnd(types), options);
  const outputs = new Map([...encoder?.graph.outputs ?? [], ...next.graph.outputs]);
  const stays = (past: string) => encoder !== undefined && staysAsItIs(outputs.get(past)!.shape);
  const staying = new Set(kept.keys().filter(stays));
  const continued = hidden === undefined ? [] : [CONTINUED_HIDDEN_STATES];
  const emitted = (graph: StagedGraph, purpose: Purpose, name: string) =>
    emitForTarget(graph, to, purpose, name, { verify });
  const choice = (names: readonly string[], name: string): RowChoice | undefined => {
    if (names.length === 0) return undefined;
    const chosen = new Map(names.map((one) => [one, outputs.get(one)!]));
    const graph = runPasses(noGraph(file.path), [choosingRows(chosen)], options);
    return { graph: emitted(graph, "choose", name), names };
  };
  return {
    encoder: encoder && emitted(encoder, "encode", "encoder"),
    next: emitted(next, "answer", "next"),
    cache: "reason" in cache ? cache : { ...cache, staying },
    chooseHidden: choice(encoder === undefined ? [] : [HIDDEN_STATES], "choose_hidden"),
    chooseTexts: choice([...continued, ...staying], "choose_texts"),
    chooseStates: choice([...kept.keys().filter((past) => !staying.has(past))], "choose_states"),
  };
}
