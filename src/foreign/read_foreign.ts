import { dirname, extname, join, resolve, SEPARATOR } from "@std/path";
import { isObject, type JsonObject } from "../base/json_object.ts";
import { InputError } from "../base/errors.ts";
import { joined } from "../base/message.ts";
import { beginsAs } from "../disk/begins_as.ts";
import { decodeText, SAVE_AS_UTF8 } from "../disk/decode_text.ts";
import { JSON_LIMIT, readLimited } from "../disk/read_limited.ts";
import type { Evaluation, Program } from "./evaluation.ts";
import { isInspectLog, readInspect, refuseBinaryLog, ZIP } from "./inspect.ts";
import { parsePythonJson } from "./json_values.ts";
import {
  isLmEvalResults,
  isLmEvalSample,
  isLmEvalSamplesFile,
  readLmEval,
  resultsOf,
  samplesBeside,
} from "./lm_eval.ts";
import { isPromptfooResult, type PlacedResult, promptfooResults, readPromptfoo } from "./promptfoo.ts";
import { readJsonLines } from "./read_lines.ts";

/** What another program has written into a file or a folder. */
export interface ForeignResults {
  readonly program: Program;
  readonly evaluations: readonly Evaluation[];
}

/** The kinds of files that are looked at in a folder: JSON, JSON lines, and logs of inspect_ai in their binary form. */
const EXTENSIONS: ReadonlySet<string> = new Set([".json", ".jsonl", ".eval"]);

/** What a file was found to be. */
type Found =
  & { readonly file: string }
  & (
    | { readonly program: "lm-evaluation-harness"; readonly form: "samples" | "results" }
    | { readonly program: "promptfoo"; readonly results: unknown[] | undefined }
    | { readonly program: "inspect_ai"; readonly log: JsonObject | undefined }
  );

/**
 * Reads the results that another program has written, by the content of the files: those in a folder and below it, or of one file; for the
 * results of lm-evaluation-harness, with the samples beside them.
 *
 * @returns `undefined` where nothing is found that one of the programs has written
 * @throws {InputError} where it is damaged, of several programs, or in a form that is not read
 */
export async function readForeign(source: string): Promise<ForeignResults | undefined> {
  const info = await Deno.stat(source).catch(() => undefined);
  if (info === undefined) return undefined;
  const faults: InputError[] = [];
  const found: Found[] = [];
  for (const file of info.isFile ? [source] : await filesIn(source, source, faults)) {
    try {
      found.push(...[await recognized(file) ?? []].flat());
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      faults.push(error);
    }
  }
  if (faults.length > 0) throw new InputError(joined(faults.map(({ forms }) => forms), "\n"));
  const [first] = found;
  if (first === undefined) return undefined;
  const other = found.find(({ program }) => program !== first.program);
  if (other !== undefined) {
    throw new InputError(
      `${source} holds results of ${first.program} (${first.file}) and of ${other.program} (${other.file}): name the files of one of them`,
    );
  }
  return { program: first.program, evaluations: (await evaluationsOf(found, info.isFile)).flat() };
}

async function evaluationsOf(found: readonly Found[], isOneFile: boolean): Promise<Evaluation[][]> {
  const read: Evaluation[][] = [];
  for (const one of found) {
    switch (one.program) {
      case "lm-evaluation-harness":
        if (one.form === "samples") read.push(await readLmEval(one.file, await jsonIn(resultsOf(one.file))));
        else if (isOneFile) {
          const results = await jsonIn(one.file);
          for (const samples of await samplesBeside(one.file)) read.push(await readLmEval(samples, results));
        } else if (!found.some(({ file }) => resultsOf(file) === one.file)) await samplesBeside(one.file);
        break;
      case "promptfoo":
        read.push(readPromptfoo(one.file, await Array.fromAsync(placedResults(one.file, one.results))));
        break;
      case "inspect_ai":
        read.push([readInspect(one.file, one.log ?? refuseBinaryLog(one.file))]);
    }
  }
  return read;
}

/** The results of a file of promptfoo, each with its place. @param results of JSON; `undefined` for JSON lines */
async function* placedResults(file: string, results: unknown[] | undefined): AsyncGenerator<PlacedResult> {
  if (results === undefined) {
    for await (const { value, number } of readJsonLines(file)) {
      yield { result: value, place: `${file}:${number}` };
    }
    return;
  }
  for (const [i, result] of results.entries()) {
    yield { result: isObject(result) ? result : {}, place: `${file}: results[${i}]` };
  }
}

/** What a file is; `undefined` where it is of none of the programs. @throws {InputError} where it is too large, or no JSON */
async function recognized(file: string): Promise<Found | undefined> {
  if (extname(file) === ".jsonl") {
    for await (const { value } of readJsonLines(file)) {
      if (isLmEvalSample(value)) return { program: "lm-evaluation-harness", form: "samples", file };
      return isPromptfooResult(value) ? { program: "promptfoo", results: undefined, file } : undefined;
    }
    // An empty file, which its name tells to be one of samples.
    return isLmEvalSamplesFile(file)
      ? { program: "lm-evaluation-harness", form: "samples", file }
      : undefined;
  }
  if (await beginsAs(file, ZIP)) {
    return extname(file) === ".eval" ? { program: "inspect_ai", log: undefined, file } : undefined;
  }
  const value = await jsonIn(file);
  if (value === undefined) return undefined;
  if (isInspectLog(value)) return { program: "inspect_ai", log: value, file };
  const results = promptfooResults(value);
  if (results !== undefined) return { program: "promptfoo", results, file };
  return isLmEvalResults(value) ? { program: "lm-evaluation-harness", form: "results", file } : undefined;
}

/** The object of JSON in a file; `undefined` where there is no such file, or it holds something else. */
async function jsonIn(file: string): Promise<JsonObject | undefined> {
  const isThere = await Deno.stat(file).then(({ isFile }) => isFile, () => false);
  if (!isThere) return undefined;
  const text = decodeText(await readLimited(file, JSON_LIMIT), file, SAVE_AS_UTF8);
  try {
    const value = parsePythonJson(text);
    return isObject(value) ? value : undefined;
  } catch {
    throw new InputError(`${file} is not JSON: write it again, or name the files that are to be compared`);
  }
}

/**
 * The files in a folder and below it that may be results, sorted by their paths; not hidden ones. Links are not followed: those to what is
 * in the folder anyway are passed over.
 *
 * @param source the folder that all of them are in @param faults takes a fault for each other link
 */
async function filesIn(folder: string, source: string, faults: InputError[]): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isFile, isDirectory, isSymlink } of Deno.readDir(folder)) {
    if (name.startsWith(".")) continue;
    const path: string = join(folder, name);
    if (isDirectory) found.push(...await filesIn(path, source, faults));
    else if (isSymlink && !await leadsInto(path, source)) {
      faults.push(
        new InputError(`${path} is a link, which is not followed: put what it leads to in its place`),
      );
    } else if (isFile && EXTENSIONS.has(extname(name))) found.push(path);
  }
  return found.sort();
}

/** Whether a link leads to something in a folder. */
async function leadsInto(link: string, folder: string): Promise<boolean> {
  return resolve(dirname(link), await Deno.readLink(link)).startsWith(`${resolve(folder)}${SEPARATOR}`);
}
