import { CHAT_FILE, chatFile, readChat } from "../results/chat_file.ts";
import type { RunFolder } from "../results/run_folder.ts";
import type { AnyPrepared } from "./prepare.ts";
import { writtenChat } from "./text_targets.ts";

/**
 * Keeps a run's chat as the model's chat template writes it now, in its folder: the template may write the date, and what resumes the run, or
 * predicts with it, must say the same. A run that goes on has the chat that it began with.
 *
 * @returns the run with that chat
 */
export async function keepChat(prepared: AnyPrepared, folder: RunFolder): Promise<AnyPrepared> {
  if (prepared.form === "word" || prepared.reader.chat === undefined) return prepared;
  const { experiment: { prompt }, reader, shown } = prepared;
  const written = await readChat(folder.partialPath) ?? writtenChat(prompt, reader, shown);
  await folder.writeJson(CHAT_FILE, chatFile(written));
  return { ...prepared, reader: { ...reader, written } };
}
