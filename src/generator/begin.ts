import { type DeviceTensor, type Feeds, int64Tensor, type Tensor } from "../device/device.ts";
import { float32Data, tensorNamed } from "../device/tensor_data.ts";
import type { NextLogits } from "../generation/continuation.ts";
import { batchFeeds } from "../prompt/batches.ts";
import type { Encoded } from "../prompt/encoding.ts";
import type { GenerationSessions } from "./generation_sessions.ts";
import type { DeviceTensors } from "./row_chooser.ts";

/** Texts that are continued together. */
export interface TextBatch {
  readonly texts: readonly Encoded[];
  /** Fills the places after shorter texts. */
  readonly padId: number;
  /** The soft prompt, float32 [length, dimension]; absent for hard prompts. */
  readonly prompt: Tensor | DeviceTensor | undefined;
  /** What an encoder-decoder's decoder starts with; of other models, nothing. */
  readonly startIds: readonly number[];
}

/** Texts as inputs of the graphs that read them. */
export function textFeeds(texts: readonly Encoded[], { padId, prompt }: TextBatch): Feeds {
  const feeds = batchFeeds(texts.map((text) => ({ ...text, label: 0 })), padId);
  return { ...feeds, ...(prompt && { prompt }) };
}

/** What an encoder makes of texts, once. @returns its hidden states, by the names that its graph gives them */
export async function encode(
  { encoder }: GenerationSessions,
  batch: TextBatch,
): Promise<DeviceTensors> {
  return encoder === undefined ? {} : await encoder.run(textFeeds(batch.texts, batch));
}

/** The tokens of rows as inputs of a decoder, all of one length. @param ids [rows][target] */
export function decoderFeeds(ids: readonly (readonly number[])[]): Feeds {
  const target = ids[0]?.length ?? 0;
  return {
    decoder_input_ids: int64Tensor(ids.flat(), [ids.length, target]),
    answer_rows: int64Tensor(ids.map(() => target - 1), [ids.length]),
  };
}

/** Reads logits from the device. @param name of the output that is [rows, vocabulary] or [rows, 1, vocabulary] */
export async function readLogits(outputs: DeviceTensors, name: string): Promise<NextLogits> {
  const tensor = tensorNamed(outputs, name);
  return { data: float32Data(await tensor.read()), vocabulary: tensor.dims.at(-1)! };
}

/** The name of the logits in compiled graphs. */
export const NEXT_LOGITS = "next_logits";
