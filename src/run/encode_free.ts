import type { LabelledEncoding } from "../prompt/batches.ts";
import type { PositionCounting } from "../prompt/encoding.ts";
import { PackedEncodings } from "../prompt/packed_encodings.ts";
import type { Texts } from "../prompt/stretch.ts";
import type { LabelledTarget } from "../prompt/target_encoding.ts";
import {
  type EncodedDataset,
  type EncodedExample,
  encodeWith,
  type ExampleEncoding,
  type OnEncoded,
} from "./encode_dataset.ts";
import type { PreparedGenerated } from "./prepare.ts";
import { textTargets } from "./text_targets.ts";

/** A text alone, as it is answered, and with its first right answer. */
export interface FreeExample extends EncodedExample {
  readonly input: LabelledEncoding;
  /** Absent for a sample, which has no right answer. */
  readonly target: LabelledTarget | undefined;
}

/** Puts texts and their right answers into a template. */
export function freeEncoding(
  { experiment, reader, shown }: Pick<PreparedGenerated, "experiment" | "reader" | "shown">,
  counting: PositionCounting,
): ExampleEncoding<FreeExample, LabelledTarget> {
  const { encoder } = textTargets(experiment, reader, shown, counting);
  const held = new PackedEncodings();
  const withTarget = (texts: Texts, target: string, label: number) =>
    held.packTarget(encoder.encode(texts, target), label);
  return {
    encoder: encoder.encoder,
    score: (texts, label, [first]) => {
      const input = held.pack({ ...encoder.input(texts), label });
      const target = first === undefined ? undefined : withTarget(texts, first, label);
      return { label, truncated: input.truncated, input, target };
    },
    train: (texts, label, [first]) => {
      if (first === undefined) throw new RangeError("a training example without a right answer");
      return withTarget(texts, first, label);
    },
  };
}

/** Puts all texts of an experiment whose answers are free texts into its template. As `encodeDataset` otherwise. */
export async function encodeFree(
  prepared: PreparedGenerated,
  counting: PositionCounting,
  signal?: AbortSignal,
  onEncoded?: OnEncoded,
): Promise<EncodedDataset<FreeExample> & { readonly targetsTruncated: number }> {
  const encoded = await encodeWith(prepared, freeEncoding(prepared, counting), signal, onEncoded);
  const { train, validation, test, transfer } = encoded;
  const targets = [...train, ...[validation, test, ...transfer].flat().flatMap(({ target }) => target ?? [])];
  const targetsTruncated = targets.filter(({ targetTruncated }) => targetTruncated > 0).length;
  return { ...encoded, targetsTruncated };
}
