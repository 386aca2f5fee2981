import { InputError, reworded } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import { Yielder } from "../base/yielder.ts";
import { placed } from "../dataset/example.ts";
import { PackedEncodings } from "../prompt/packed_encodings.ts";
import type { TargetEncoded } from "../prompt/target_encoding.ts";
import type { OnEncoded } from "./encode_dataset.ts";
import type { AskedText, PreparedText } from "./prepare_text.ts";

/** The texts of an experiment in its template, each with the answer that is trained on. */
export interface EncodedTexts {
  readonly train: readonly TargetEncoded[];
  readonly validation: readonly TargetEncoded[];
  readonly test: readonly TargetEncoded[];
  /** The transfer datasets, in order. */
  readonly transfer: readonly (readonly TargetEncoded[])[];
  /** The number of texts truncated to fit the model's positions, … */
  readonly truncated: number;
  /** … and of answers cut at their end. */
  readonly targetTruncated: number;
}

/** The number of texts after which it is reported how many are done. */
const REPORTED = 256;

/**
 * Puts all texts of an experiment and their answers into its template.
 *
 * @param signal stops it: its reason is thrown
 * @param onEncoded hears how many texts are done, of how many
 * @throws {InputError} where a text or an answer holds a token that the model lacks
 */
export async function encodeTexts(
  { experiment, train, validation, test, transfer, targets }: PreparedText,
  signal?: AbortSignal,
  onEncoded: OnEncoded = () => {},
): Promise<EncodedTexts> {
  const yielder = new Yielder(signal);
  const held = new PackedEncodings();
  const trained = experiment.training ? train : [];
  const tables = [trained, validation, test, ...transfer.map(({ examples }) => examples)];
  const total = tables.reduce((sum, { length }) => sum + length, 0);
  let done = 0;
  let truncated = 0;
  let targetTruncated = 0;
  const encode = async (examples: readonly AskedText[]) => {
    const packed: TargetEncoded[] = [];
    for (const example of examples) {
      const encoded = reworded(
        () => targets.encoder.encode(placed(example), example.targets[0]),
        (what) => new InputError(message`${ofFile(example.id)}: ${what}`),
      );
      truncated += Math.min(1, encoded.truncated);
      targetTruncated += Math.min(1, encoded.targetTruncated);
      packed.push(held.packTarget(encoded));
      if (++done % REPORTED === 0 || done === total) onEncoded(done, total);
      await yielder.yieldIfDue();
    }
    return packed;
  };
  const parts = {
    train: await encode(trained),
    validation: await encode(validation),
    test: await encode(test),
  };
  const elsewhere: TargetEncoded[][] = [];
  for (const { examples } of transfer) elsewhere.push(await encode(examples));
  return { ...parts, transfer: elsewhere, truncated, targetTruncated };
}
