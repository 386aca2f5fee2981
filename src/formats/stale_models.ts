import { join } from "@std/path";
import { allDone } from "../base/all_done.ts";
import { readJson } from "../disk/read_json.ts";
import { modelFile } from "../experiment/model_file.ts";
import type { ClassifierDtype } from "./classifier_folder.ts";

/**
 * The models of other precisions in an export's folder that are of another run than the classifier that is about to be written
 * there: its `config.json` and its tokenizer would not belong to them. Empty where no classifier is written.
 *
 * @param files the new ones, by their paths in the folder @param dtypes the precisions that a classifier may have
 */
export async function staleModels(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  dtypes: readonly ClassifierDtype[],
): Promise<string[]> {
  const config = files["config.json"];
  if (typeof config !== "string") return [];
  const before = await readJson(join(folder, "config.json")).catch(() => undefined);
  const run = runIn(JSON.parse(config));
  if (run !== undefined && runIn(before) === run) return [];
  const names = ["model", "encoder_model", "decoder_model_merged"];
  const others = dtypes.flatMap((dtype) => names.map((name) => modelFile(dtype, name))).filter((name) =>
    files[name] === undefined
  );
  const found = await allDone(others.map((name) => isThere(join(folder, name))));
  return others.filter((_, i) => found[i]);
}

/** The hash of the content of the run that an exported `config.json` is of. */
function runIn(config: unknown): unknown {
  const { softprompt }: { readonly softprompt?: unknown } = Object(config);
  const { content_hash }: { readonly content_hash?: unknown } = Object(softprompt);
  return content_hash;
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
