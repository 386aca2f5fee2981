import { join } from "@std/path";
import type { TextExperiment } from "../experiment/text_types.ts";
import type { OpenModel } from "../model/open_model.ts";
import { type TextReader, textReaderOf } from "../model/text_reader.ts";
import type { ShownExample } from "../prompt/few_shot.ts";
import { CHAT_FILE, readChat } from "../results/chat_file.ts";
import { damaged } from "../results/damaged_run.ts";
import { readShownExamples } from "../results/shown_examples.ts";

/** What a complete run read its texts with. */
export interface ReaderOfRun {
  /** With the chat as the run wrote it. */
  readonly reader: TextReader;
  /** The examples in its prompt. */
  readonly shown: readonly ShownExample[];
}

/**
 * Reads what a complete run read its texts with.
 *
 * @param folder the run's
 * @throws {DamagedRun} where a file of the run is missing or damaged
 */
export async function readerOfRun(
  { prompt: { template, examples } }: TextExperiment,
  model: OpenModel,
  folder: string,
): Promise<ReaderOfRun> {
  const isChat = typeof template !== "string";
  const reader = await textReaderOf(model, isChat);
  const shown = examples === 0 ? [] : await readShownExamples(folder);
  if (!isChat) return { reader, shown };
  const written = await readChat(folder);
  if (written === undefined) throw damaged(join(folder, CHAT_FILE), "it is missing");
  return { reader: { ...reader, written }, shown };
}
