import { parseJson } from "../base/json_text.ts";
import { join } from "@std/path";
import { allDone } from "../base/all_done.ts";
import { type SelfCheck, selfCheck, SelfCheckError, UncheckableError } from "../check/self_check.ts";
import { textCheck } from "../check/text_check.ts";
import { toleranceFor } from "../check/difference.ts";
import { type Emitted, mapWeights, numberFormatOf, readOnnxFile } from "../compiler/mod.ts";
import { placed } from "../dataset/example.ts";
import { sha256, withoutSha256, withSha256 } from "../base/sha256.ts";
import { type Device, float32Tensor, type Tensor } from "../device/device.ts";
import { SessionGroup } from "../device/session_group.ts";
import { openUntouched } from "../device/untouched.ts";
import { Lock } from "../disk/lock.ts";
import { onDisk } from "../disk/on_disk.ts";
import { readTextLimited, SHORT_LIMIT } from "../disk/read_limited.ts";
import { removeAll, writeWhole } from "../disk/write_whole.ts";
import { RegionReader } from "../model/read_region.ts";
import { promptInsertion, promptLength } from "../experiment/prompt_vectors.ts";
import { parseTemplate, type Template } from "../experiment/template.ts";
import type { LabelledEncoding } from "../prompt/batches.ts";
import { type Encoded, TemplateEncoder } from "../prompt/encoding.ts";
import type { Texts } from "../prompt/stretch.ts";
import type { LabelledTarget } from "../prompt/target_encoding.ts";
import type { Tokenizer } from "../model/tokenizer.ts";
import { RUN_FILES } from "../results/file_schemas.ts";
import type { CompileTarget } from "../artifacts/compile_model.ts";
import { compilerHash } from "../artifacts/compiler_hash.ts";
import type { AnyPrepared, Prepared, PreparedFree, PreparedLikelihood } from "./prepare.ts";
import { textTargets } from "./text_targets.ts";
import { likelihoodEncoding } from "./encode_likelihood.ts";
import type { RunGraphs } from "./compile_run.ts";
import { InputError, thrownMessage } from "../base/errors.ts";

/** The outcome of a run's check: the result, new or cached, or the reason why there was none. */
export type CheckOutcome = SelfCheck | { readonly skipped: string };

/** What a check needs. */
export interface CheckedRun {
  readonly prepared: AnyPrepared;
  readonly graphs: RunGraphs;
  readonly target: CompileTarget;
  readonly device: Device;
  /** The folder that caches outcomes between runs. */
  readonly cache: string;
  /** Takes a line where a cached outcome is damaged, or a session fails to be released. */
  readonly log: (line: string) => void;
}

/** The largest number of vectors in a prompt's piece during the check: the compiled graph does not depend on it. */
const MOST_VECTORS = 4;

/** The number of test texts from which the two are chosen. */
const LOOKED_AT = 256;

/** The largest number of logits to request from the file at once: it gives one for each word at each token. */
const MOST_LOGITS = 2 ** 25;

/**
 * Makes sure that a run's compiled graph computes what the model's own file computes, before anything is tuned or scored with
 * it. The outcome is cached by the content of everything that it depends on.
 *
 * @throws {SelfCheckError} where they differ
 */
export async function checkRun(run: CheckedRun): Promise<CheckOutcome> {
  const texts = textsToCheck(run.prepared);
  const path: string = join(run.cache, `${await keyOf(run, texts)}.check.json`);
  const lock = await Lock.take(`${path}.lock`, { log: run.log });
  try {
    return await readKept(path, run.log) ?? await checkedAndKept(run, texts, path);
  } finally {
    lock?.release();
  }
}

/** Texts to compare the answers to: of the kind that the run has. */
type CheckedTexts =
  | { readonly kind: "words"; readonly texts: readonly LabelledEncoding[] }
  | { readonly kind: "targets"; readonly texts: readonly LabelledTarget[] };

async function checkedAndKept(
  run: CheckedRun,
  texts: CheckedTexts,
  path: string,
): Promise<CheckOutcome> {
  const outcome = await checked(run, texts);
  if ("skipped" in outcome) return outcome;
  await onDisk(path, () => writeWhole(path, JSON.stringify(withSha256(outcome))));
  return outcome;
}

async function keyOf(
  { prepared: { experiment, model }, target, device }: CheckedRun,
  { texts }: CheckedTexts,
): Promise<string> {
  const { prompt, tune, ensemble, semantics } = experiment;
  const made = JSON.stringify([
    model.files,
    prompt.template,
    promptInsertion(prompt),
    tune,
    ensemble !== undefined,
    target,
    device.kind,
    semantics,
    texts.map(({ ids }) => ids),
    await compilerHash(),
  ]);
  return (await sha256(new TextEncoder().encode(made))).slice(0, 32);
}

/** A cached outcome; what is damaged is removed. */
async function readKept(path: string, log: (line: string) => void): Promise<SelfCheck | undefined> {
  try {
    const kept = withoutSha256(parseJson(await readTextLimited(path, SHORT_LIMIT)));
    const { difference, tolerance } = RUN_FILES.read("self_check", kept, (fault) => new RangeError(fault));
    return difference <= tolerance ? { difference, tolerance } : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    log(`${path} is damaged, and the model is checked again: ${(error as Error).message}`);
    await onDisk(path, () => removeAll(path));
    return undefined;
  }
}

async function checked(run: CheckedRun, { kind, texts }: CheckedTexts): Promise<CheckOutcome> {
  const { prepared, target, device, graphs } = run;
  const { experiment, model, verbalizer } = prepared;
  using regions = new RegionReader();
  const own = readOnnxFile(model.graph, model.onnx, regions.read);
  const numbers = numberFormatOf(own);
  const beside = model.decoder && readOnnxFile(model.decoder.bytes, model.decoder.path, regions.read);
  const untouched = [own, ...(beside ? [beside] : [])].map((one) => mapWeights(one));
  const lacking = await lackingMemory(untouched.flatMap(({ weights }) => [...weights.values()]));
  if (lacking !== undefined) return { skipped: lacking };
  if (texts.length === 0) return { skipped: "prompt and text together do not fit the model's positions" };
  if (kind === "targets" && model.facts.ofOneToken) {
    return { skipped: "it gives the logits of only one token of each text" };
  }
  const { graph, inputs } = answerGraph(graphs, experiment.ensemble !== undefined, kind);
  await using sessions = new SessionGroup(run.log);
  const files = await allDone(untouched.map((one) => sessions.add(openUntouched(one)))).catch((error) => {
    const [reason] = thrownMessage(error).split("\n");
    return { skipped: `it cannot be opened in plain ONNX Runtime: ${reason}` };
  });
  if ("skipped" in files) return files;
  const [file, decoder] = files;
  const answer = await sessions.add(device.open(graph));
  const embed = graphs.prompt && await sessions.add(device.open(graphs.prompt.embed));
  const task = {
    answer,
    embed,
    isBank: experiment.ensemble !== undefined,
    file: file!,
    card: model.card,
    facts: model.facts,
    padId: model.tokenizer.padId,
    numbers,
    tolerance: toleranceFor(numbers, target.precision),
  };
  try {
    return kind === "words"
      ? await selfCheck({ ...task, inputs, texts, tokens: verbalizer.tokens })
      : await textCheck({ ...task, texts, decoder });
  } catch (error) {
    if (error instanceof UncheckableError) {
      return { skipped: `it cannot be run in plain ONNX Runtime: ${error.message}` };
    }
    if (!(error instanceof SelfCheckError)) throw error;
    throw new SelfCheckError(
      `${model.onnx} is not computed correctly: ${error.message}. Nothing was tuned or scored (--no-self-check skips this check)`,
      { cause: error },
    );
  }
}

/** The forward graph of the run, and its inputs besides texts and a prompt. */
function answerGraph(
  graphs: RunGraphs,
  isEnsemble: boolean,
  kind: CheckedTexts["kind"],
): { graph: Emitted; inputs: Readonly<Record<string, Tensor>> } {
  if (graphs.model) {
    const { model } = graphs;
    const start = model.parameters.map(({ name, dims, start }) =>
      [name, float32Tensor(start, dims)] as const
    );
    return { graph: model.answer, inputs: Object.fromEntries(start) };
  }
  const compiled = graphs.hard ?? (isEnsemble ? graphs.prompt.bank : graphs.prompt);
  return { graph: kind === "words" ? compiled.answer : compiled.predict, inputs: {} };
}

/**
 * The longest and the shortest of the first test texts, with ordinary tokens of the texts in the prompt's places. If
 * all have the same length, the second text is half of one or one repeated, so that one is always padded.
 */
function wordsToCheck({ experiment: { prompt }, model, dataset }: Prepared): CheckedTexts {
  const { tokenizer, card, facts } = model;
  const template: Template = parseTemplate(prompt.template, promptLength(prompt)).map((piece) =>
    piece.kind === "prompt" ? { ...piece, length: Math.min(piece.length, MOST_VECTORS) } : piece
  );
  const encoder = new TemplateEncoder(template, tokenizer, card, "together");
  const texts = dataset.test.slice(0, LOOKED_AT).map(placed);
  const chosen = chosenOf(texts, (text) => encoder.encode(text), facts.words);
  return { kind: "words", texts: chosen.map((text) => ({ ...withOrdinary(text, tokenizer), label: 0 })) };
}

/** The texts whose answers are compared. */
function textsToCheck(prepared: AnyPrepared): CheckedTexts {
  switch (prepared.form) {
    case "word":
      return wordsToCheck(prepared);
    case "likelihood":
      return classTextsToCheck(prepared);
    case "free":
      return freeTextsToCheck(prepared);
  }
}

/** As {@linkcode wordsToCheck}, each with a right answer. */
function freeTextsToCheck({ model, dataset, ...prepared }: PreparedFree): CheckedTexts {
  const { encoder } = textTargets(prepared.experiment, prepared.reader, prepared.shown, "together");
  const asked = dataset.test.slice(0, LOOKED_AT);
  const targets = new Map(asked.map((example) => [placed(example), example.targets[0]]));
  const first = asked[0]?.targets[0] ?? "";
  const encode = (text: Texts): LabelledTarget => ({
    ...encoder.encode(text, targets.get(text) ?? first),
    label: 0,
  });
  const chosen = chosenOf([...targets.keys()], encode, model.facts.words);
  return { kind: "targets", texts: chosen.map((text) => withOrdinary(text, model.tokenizer)) };
}

/** As {@linkcode wordsToCheck}, each with a text of a class as answer. */
function classTextsToCheck(prepared: PreparedLikelihood): CheckedTexts {
  const { model: { tokenizer, facts }, dataset, verbalizer: { classes } } = prepared;
  const encoding = likelihoodEncoding(prepared, "together");
  const asked = dataset.test.slice(0, LOOKED_AT);
  const labels = new Map(
    asked.map((example) => [placed(example), Math.max(0, classes.indexOf(example.label))]),
  );
  const texts = [...labels.keys()];
  const chosen = chosenOf(texts, (text) => encoding.train(text, labels.get(text) ?? 0, []), facts.words);
  // Packed examples are not spread.
  const spread = (one: LabelledTarget): LabelledTarget => {
    const { ids, positions, promptRows, truncated, label, targetIds, targetTruncated } = one;
    const all = { ids, positions, promptRows, truncated, label, targetIds, targetTruncated };
    return one.kind === "rows"
      ? { ...all, kind: one.kind, targetRows: one.targetRows }
      : { ...all, kind: one.kind, decoderIds: one.decoderIds };
  };
  return { kind: "targets", texts: chosen.map((text) => withOrdinary(spread(text), tokenizer)) };
}

/** The longest and the shortest of some texts; where all have the same length, the second is half of one or one repeated. */
function chosenOf<One extends Pick<Encoded, "ids">>(
  texts: readonly Texts[],
  encode: (text: Texts) => One,
  words: number,
): One[] {
  const { longest, shortest } = ends(texts.map(encode), words);
  const others = longest.ids.length > shortest.ids.length
    ? []
    : [half, twice].flatMap((change) => changed(texts[0]!, change, encode));
  const pair = ends([longest, shortest, ...others], words);
  return [...new Set([pair.longest, pair.shortest])];
}

/** A changed text, encoded; nothing where the tokenizer has no token for a piece of a word. */
function changed<One>(text: Texts, change: (text: string) => string, encode: (text: Texts) => One): One[] {
  const fields = Object.entries(text).map(([field, text]) => [field, change(text)] as const);
  try {
    return [encode(Object.fromEntries(fields))];
  } catch (error) {
    if (error instanceof InputError) return [];
    throw error;
  }
}

/** A text with ordinary tokens of its own in the prompt's places. */
function withOrdinary<One extends Pick<Encoded, "ids" | "promptRows">>(text: One, tokenizer: Tokenizer): One {
  const ordinary = text.ids.filter((id, i) => !tokenizer.isSpecial(id) && !text.promptRows.includes(i));
  const ids = [...text.ids];
  for (const [i, row] of text.promptRows.entries()) ids[row] = ordinary[i % ordinary.length]!;
  return { ...text, ids };
}

/** The longest text whose logits the file can return at once, and the shortest one. */
function ends<One extends Pick<Encoded, "ids">>(
  texts: readonly One[],
  words: number,
): { longest: One; shortest: One } {
  const sorted = texts.toSorted((a, b) => b.ids.length - a.ids.length);
  const shortest = sorted.at(-1)!;
  return { longest: sorted.find(({ ids }) => ids.length * words <= MOST_LOGITS) ?? shortest, shortest };
}

function half(text: string): string {
  const characters = [...text];
  return characters.slice(0, characters.length / 2).join("");
}

function twice(text: string): string {
  return `${text} ${text}`;
}

/** The reason why the file's weights do not fit into memory in addition to the compiled graph; `undefined` if they do. */
async function lackingMemory(files: readonly string[]): Promise<string | undefined> {
  const sizes = await allDone(files.map(async (path) => (await Deno.stat(path)).size));
  const needed = sizes.reduce((sum, size) => sum + size, 0);
  const { available } = Deno.systemMemoryInfo();
  const gib = (bytes: number) => (bytes / 2 ** 30).toFixed(1);
  return needed > available
    ? `its weights take ${gib(needed)} GiB, and ${gib(available)} GiB of memory are free`
    : undefined;
}
