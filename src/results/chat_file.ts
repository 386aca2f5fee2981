import { join } from "@std/path";
import type { ChatForm, Piece } from "../experiment/template.ts";
import { damaged } from "./damaged_run.ts";
import { RUN_FILES } from "./file_schemas.ts";
import { checkListedFile } from "./own_files.ts";
import { readEnvironment, readJson } from "./read_run.ts";
import type { ChatFile, ChatPiece } from "./run_files.ts";

/** The file of a run's chat as it was written when the run began. */
export const CHAT_FILE = "chat.json";

/** A chat as it is kept. */
export function chatFile({ template, lead, end }: ChatForm): ChatFile {
  return { template: template.map(kept), lead, end };
}

/**
 * The chat of a run, complete or not.
 *
 * @returns `undefined` where the folder has none
 * @throws {DamagedRun} where the file is damaged, or was changed since the run
 */
export async function readChat(folder: string): Promise<ChatForm | undefined> {
  const file = join(folder, CHAT_FILE);
  const found = await readJson(file);
  if (found === undefined) return undefined;
  checkListedFile(folder, CHAT_FILE, found.sha256, await readEnvironment(folder));
  const { template, lead, end } = RUN_FILES.read("chat_file", found.content, (fault) => damaged(file, fault));
  return { template: template.map(pieceOf), lead, end };
}

function kept(piece: Piece): ChatPiece {
  switch (piece.kind) {
    case "words":
      return { words: piece.words };
    case "column":
      return { column: piece.name };
    case "prompt":
      return { vectors: piece.length };
    case "mask":
      throw new RangeError("a chat with a mask");
  }
}

function pieceOf({ words, column, vectors }: ChatPiece): Piece {
  if (column !== undefined) return { kind: "column", name: column };
  return vectors === undefined ? { kind: "words", words: words ?? "" } : { kind: "prompt", length: vectors };
}
