import { join } from "@std/path";
import { InputError } from "../base/errors.ts";
import { parseTemplate } from "../experiment/template.ts";
import type { TextPrompt } from "../experiment/text_types.ts";
import type { PromptSpec } from "../experiment/types.ts";
import { adapterCard, type AdapterSubject, scaleNote } from "../formats/cards.ts";
import { peftAdapter } from "../formats/peft.ts";
import { readJson } from "../disk/read_json.ts";
import { readPrompt } from "../results/read_prompt.ts";
import type { OpenModel } from "../model/open_model.ts";
import type { CommandIo } from "../terminal/command_io.ts";

/**
 * The prompt of a run as an adapter for PEFT.
 *
 * @param soft the run's @param folder the run's
 * @throws {InputError} where PEFT cannot put it where it is
 */
export async function adapterFiles(
  soft: PromptSpec | TextPrompt,
  subject: Omit<AdapterSubject, "length" | "template">,
  folder: string,
  model: OpenModel,
  io: CommandIo,
): Promise<Readonly<Record<string, string | Uint8Array>>> {
  if (soft.kind === "hard") {
    throw new InputError(
      `${folder} is a run of a hard prompt, which has no vectors to export: use --format onnx, or name a run of a soft prompt`,
    );
  }
  const { insertion, template, length } = soft;
  if (insertion !== "word-embeddings") {
    throw new InputError(
      `${folder} has its prompt after the embedding layer ('insertion: ${insertion}'), where PEFT cannot put one: it replaces word embeddings, to which positions and the layer's norm are still added. Tune one with 'prompt.insertion: word-embeddings'`,
    );
  }
  if (typeof template !== "string") {
    throw new InputError(
      `PEFT puts a prompt before everything, and ${folder} has it in a message of a chat: use --format onnx`,
    );
  }
  const [first, ...rest] = parseTemplate(template, length);
  if (first!.kind !== "prompt" || rest.some((piece) => piece.kind === "prompt")) {
    throw new InputError(
      `PEFT puts a prompt before everything, and the template of ${folder} has it elsewhere: "${template}"`,
    );
  }
  const config = await readJson(join(model.folder, "config.json"));
  const source = model.revision === null ? model.folder : model.source;
  const base = { source, revision: model.revision, config };
  const { scale } = model.facts;
  const { prompt } = await readPrompt(folder);
  const note = scale === 1 ? undefined : scaleNote(scale);
  if (note) io.log(`${folder}: ${note}`);
  const adapter = peftAdapter(prompt, subject.kind, base);
  return {
    "adapter_config.json": adapter.config,
    "adapter_model.safetensors": adapter.weights,
    "README.md": adapterCard({ ...subject, length, template }, source, note, model.tokenizer),
  };
}
