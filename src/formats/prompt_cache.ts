import { compileGeneration, type Insertion } from "../compiler/mod.ts";
import { InputError } from "../base/errors.ts";
import { type Device, int64Tensor, type Tensor } from "../device/device.ts";
import { writeSafetensors } from "../device/safetensors.ts";
import { tensorNamed } from "../device/tensor_data.ts";
import type { ReadingCard } from "../model/card.ts";
import type { OpenModel } from "../model/open_model.ts";
import { RegionReader } from "../model/read_region.ts";
import type { TemplateEncoder } from "../prompt/encoding.ts";
import { frameOf } from "../prompt/frame.ts";
import { checkInFront } from "./in_front.ts";

/** What a cache is made of. */
export interface PromptCacheParts {
  /** The model, opened for generating. */
  readonly model: Pick<OpenModel, "onnx" | "graph" | "continuing">;
  readonly card: ReadingCard;
  readonly encoder: TemplateEncoder;
  /** float32 [length, dimension], and where they enter. */
  readonly prompt: { readonly vectors: Tensor; readonly insertion: Insertion };
  /** What says of which run the file is: its metadata. */
  readonly about: Readonly<Record<string, string>>;
}

/**
 * The keys and values of a prompt, and of the special tokens and words between it and the text, as a safetensors file for programs that
 * start from a cache: float32 tensors of one text, named as the model's `past_key_values.*` inputs. The metadata has the number of tokens
 * that they stand for (`tokens`) and the position of the next one (`next_position`).
 *
 * @param device where they are computed
 * @throws {ConfigValueError} where the prompt is not in front
 * @throws {InputError} where the model takes no keys and values
 */
export async function promptCache(
  { model: { onnx, graph, continuing }, card, encoder, prompt, about }: PromptCacheParts,
  device: Device,
): Promise<Uint8Array<ArrayBuffer>> {
  const frame = frameOf(encoder, "left-out");
  checkInFront(frame, encoder);
  using regions = new RegionReader();
  const { insertion, vectors } = prompt;
  const { next, cache } = compileGeneration(graph, onnx, { insertion, continuing, read: regions.read });
  if ("reason" in cache) {
    throw new InputError(`there is no cache to start from: ${cache.reason}`);
  }
  const { ids, counted } = frame.before;
  let position = card.firstPosition;
  const positions = counted.map((isCounted) => isCounted ? position++ : 0);
  const row = (items: readonly number[]) => int64Tensor(items, [1, items.length]);
  const session = await device.open(next);
  try {
    const outputs = await session.run({
      input_ids: row(ids),
      attention_mask: row(ids.map(() => 1)),
      position_ids: row(positions),
      prompt_rows: row(frame.promptRows.map(({ at }) => at)),
      answer_rows: int64Tensor([ids.length - 1], [1]),
      prompt: vectors,
    });
    const tensors = cache.states.map(({ past }) => [past, tensorNamed(outputs, past)] as const);
    return writeSafetensors({
      tensors: Object.fromEntries(tensors),
      metadata: { ...about, tokens: String(ids.length), next_position: String(position) },
    });
  } finally {
    await session.release();
  }
}
