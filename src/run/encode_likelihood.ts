import { ConfigValueError } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import type { ClassTextExample } from "../evaluation/class_likelihoods.ts";
import { answerRows } from "../prompt/answer_rows.ts";
import type { ClassTexts } from "../prompt/class_texts.ts";
import type { PositionCounting } from "../prompt/encoding.ts";
import { PackedEncodings } from "../prompt/packed_encodings.ts";
import type { Texts } from "../prompt/stretch.ts";
import type { LabelledTarget, TargetEncoded, TargetEncoder } from "../prompt/target_encoding.ts";
import { type EncodedDataset, encodeWith, type ExampleEncoding, type OnEncoded } from "./encode_dataset.ts";
import type { PreparedLikelihood } from "./prepare.ts";
import { textTargets } from "./text_targets.ts";

/** An encoding with the texts of classes. */
export interface LikelihoodEncoding extends ExampleEncoding<ClassTextExample, LabelledTarget> {
  readonly verbalizer: ClassTexts;
}

/** Puts texts into a template with the texts of all classes; trained on is the first of the right class. */
export function likelihoodEncoding(
  { experiment, reader, shown }: Pick<PreparedLikelihood, "experiment" | "reader" | "shown">,
  counting: PositionCounting,
): LikelihoodEncoding {
  const { encoder, classes } = textTargets(experiment, reader, shown, counting);
  if (classes === undefined) throw new TypeError("classes without texts");
  const { texts } = classes;
  const held = new PackedEncodings();
  const answers = texts.flat();
  return {
    encoder: encoder.encoder,
    verbalizer: classes,
    score: (given, label) => {
      const encoded = answers.map((answer) => whole(encoder, given, answer));
      return { label, truncated: encoded[0]!.truncated, rows: held.packRows(answerRows(encoded)) };
    },
    train: (given, label) => held.packTarget(whole(encoder, given, texts[label]![0]), label),
  };
}

/** Puts all texts of an experiment whose classes are texts into its template. As `encodeDataset` otherwise. */
export async function encodeLikelihood(
  prepared: PreparedLikelihood,
  counting: PositionCounting,
  signal?: AbortSignal,
  onEncoded?: OnEncoded,
): Promise<EncodedDataset<ClassTextExample>> {
  return await encodeWith(prepared, likelihoodEncoding(prepared, counting), signal, onEncoded);
}

/** @throws {ConfigValueError} where the text of a class does not fit: cut, it would be compared with others that are whole */
function whole(encoder: TargetEncoder, texts: Texts, answer: string): TargetEncoded {
  const encoded = encoder.encode(texts, answer);
  if (encoded.targetTruncated === 0) return encoded;
  throw new ConfigValueError([{
    path: ["verbalizer"],
    message: message`'${
      ofFile(answer)
    }' has ${encoded.targetTruncated} tokens more than the model has positions for: choose a shorter text`,
  }]);
}
