import { parseJson } from "../base/json_text.ts";
import { join } from "@std/path";
import { allDone } from "../base/all_done.ts";
import { type SelfCheck, selfCheck, SelfCheckError, UncheckableError } from "../check/self_check.ts";
import { textCheck } from "../check/text_check.ts";
import { toleranceFor } from "../check/difference.ts";
import { mapWeights, numberFormatOf, readOnnxFile } from "../compiler/mod.ts";
import { sha256, withoutSha256, withSha256 } from "../base/sha256.ts";
import { type Device, float32Tensor, type Tensor } from "../device/device.ts";
import { PrefixValues } from "../device/prefix_values.ts";
import { SessionGroup } from "../device/session_group.ts";
import { openUntouched } from "../device/untouched.ts";
import { Lock } from "../disk/lock.ts";
import { onDisk } from "../disk/on_disk.ts";
import { readTextLimited, SHORT_LIMIT } from "../disk/read_limited.ts";
import { removeAll, writeWhole } from "../disk/write_whole.ts";
import { RegionReader } from "../model/read_region.ts";
import { promptInsertion } from "../experiment/prompt_vectors.ts";
import { RUN_FILES } from "../results/file_schemas.ts";
import type { CompileTarget } from "../artifacts/compile_model.ts";
import { compilerHash } from "../artifacts/compiler_hash.ts";
import { type CheckedTexts, textsToCheck } from "./checked_texts.ts";
import type { AnyPrepared } from "./prepare.ts";
import type { RunGraphs } from "./compile_run.ts";
import type { RunSessions } from "./run_sessions.ts";
import { thrownMessage } from "../base/errors.ts";

/** The outcome of a run's check: the result, new or cached, or the reason why there was none. */
export type CheckOutcome = SelfCheck | { readonly skipped: string };

/** What a check needs. */
export interface CheckedRun {
  readonly prepared: AnyPrepared;
  readonly graphs: RunGraphs;
  readonly target: CompileTarget;
  readonly device: Device;
  /** Opens what is checked, which the run then uses. */
  readonly sessions: Pick<RunSessions, "toCheck">;
  /** The folder that caches outcomes between runs. */
  readonly cache: string;
  /** Takes a line where a cached outcome is damaged, or a session fails to be released. */
  readonly log: (line: string) => void;
}

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

/**
 * The graphs of a run that compute what the model's own file computes, with the outcome. Those over whole texts are checked in any case:
 * predictions are made with them later. Where those that leave out the rows before a prompt compute something else, a line says so, and
 * whole texts remain.
 *
 * @param check makes sure of it, as {@linkcode checkRun} does
 * @throws {SelfCheckError} where none do
 */
export async function soundGraphs(
  run: CheckedRun,
  check: (run: CheckedRun) => Promise<CheckOutcome> = checkRun,
): Promise<{ readonly graphs: RunGraphs; readonly outcome: CheckOutcome }> {
  if (run.graphs.prefix === undefined) return { graphs: run.graphs, outcome: await check(run) };
  const whole: RunGraphs = { prompt: run.graphs.prompt };
  const outcome = await check({ ...run, graphs: whole });
  try {
    const other = await check(run);
    const isLarger = "difference" in other && "difference" in outcome &&
      other.difference > outcome.difference;
    return { graphs: run.graphs, outcome: isLarger ? other : outcome };
  } catch (error) {
    if (!(error instanceof SelfCheckError)) throw error;
    const { onnx } = run.prepared.model;
    const reason = thrownMessage(error.cause ?? error);
    run.log(
      `steps are over whole texts, as ${onnx} is not computed correctly without the rows before the prompt: ${reason}`,
    );
    return { graphs: whole, outcome };
  }
}

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
  { prepared: { experiment, model }, graphs, target, device }: CheckedRun,
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
    ...(graphs.prefix ? ["after prefix, alone too"] : []),
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
  await using sessions = new SessionGroup(run.log);
  const files = await allDone(untouched.map((one) => sessions.add(openUntouched(one)))).catch((error) => {
    const [reason] = thrownMessage(error).split("\n");
    return { skipped: `it cannot be opened in plain ONNX Runtime: ${reason}` };
  });
  if ("skipped" in files) return files;
  const [file, decoder] = files;
  const { answer, before } = await run.sessions.toCheck(graphs);
  const values = graphs.prefix && before && await PrefixValues.open(before, graphs.prefix.axes, 0);
  const embed = graphs.prompt && await sessions.add(device.open(graphs.prompt.embed));
  const task = {
    answer: values?.session(answer) ?? answer,
    embed,
    isBank: experiment.ensemble !== undefined,
    leavesRows: graphs.prefix !== undefined,
    file: file!,
    card: model.card,
    facts: model.facts,
    padId: model.tokenizer.padId,
    numbers,
    tolerance: toleranceFor(numbers, target.precision),
  };
  try {
    return kind === "words"
      ? await selfCheck({ ...task, inputs: startOf(graphs), texts, tokens: verbalizer.tokens })
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

/** The inputs of a run's forward pass besides texts and a prompt: the weights of a model before it is tuned. */
function startOf({ model }: RunGraphs): Readonly<Record<string, Tensor>> {
  const weights = model?.parameters ?? [];
  return Object.fromEntries(weights.map(({ name, dims, start }) => [name, float32Tensor(start, dims)]));
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
