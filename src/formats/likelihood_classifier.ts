import {
  type ClassTextTokens,
  type Emitted,
  exportLikelihoods,
  type LikelihoodPrompt,
} from "../compiler/mod.ts";
import { InputError } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import type { Tensor } from "../device/device.ts";
import type { Calibration } from "../evaluation/recalibration.ts";
import type { LikelihoodExperiment } from "../experiment/text_types.ts";
import { RegionReader } from "../model/read_region.ts";
import { readTokenizerJson } from "../model/read_tokenizer.ts";
import type { ClassTexts } from "../prompt/class_texts.ts";
import { templateError } from "../prompt/template_error.ts";
import type { TargetEncoded, TargetEncoder } from "../prompt/target_encoding.ts";
import {
  type ClassifiedModel,
  type ClassifierDtype,
  classifierFolder,
  onlyColumn,
} from "./classifier_folder.ts";
import { calibrationConstants, constantOf } from "./constant_of.ts";
import { roomAround } from "./room_around.ts";
import { STORAGE } from "./storage.ts";
import { textReading } from "./text_reading.ts";

/** The parts of a classifier by likelihood. */
export interface LikelihoodParts {
  readonly experiment: LikelihoodExperiment;
  /** The hash of the run's content, which says which run the files are of. */
  readonly contentHash: string;
  readonly model: ClassifiedModel;
  /** What puts texts and the texts of classes into the run's template. */
  readonly targets: TargetEncoder;
  readonly verbalizer: ClassTexts;
  /** The compiled `predict` graph of texts. */
  readonly predict: Emitted;
  /** The soft prompt, float32 [length, dimension]; absent for a hard one. */
  readonly prompt: Tensor | undefined;
  /** The calibration of its logits. */
  readonly calibration: Calibration;
  /** The run's texts, which it must read as the run does. */
  readonly texts: readonly string[];
  readonly dtype: ClassifierDtype;
}

/**
 * A run whose classes are found by the likelihood of their texts, as a classifier in the hub's layout, as `classifierFiles` writes one for words.
 *
 * @throws {InputError} where the template has several columns, no tokenizer can read a text alone as the run does, or the tokens of a
 * class's text depend on the text before it
 */
export async function likelihoodClassifierFiles(
  { model, targets, verbalizer, texts, ...parts }: LikelihoodParts,
): Promise<Record<string, string | Uint8Array>> {
  const { experiment, contentHash, predict, prompt, calibration, dtype } = parts;
  const { card, tokenizer, folder } = model;
  const { dataset: { clean }, answer: { normalize } } = experiment;
  const { encoder } = targets;
  const column = onlyColumn(Object.keys(encoder.noTexts));
  const { json: reading, frame } = textReading(
    encoder,
    await readTokenizerJson(folder),
    column,
    clean,
    texts,
  );
  const answers = readAnswers({ targets, verbalizer, texts }, column, PLACES[card.kind]);
  // What follows the template is read but for its last token.
  const reserved = card.kind === "causal" ? verbalizer.longest - 1 : 0;
  const room = roomAround(frame, card, reserved);
  if (room !== undefined && room < 1) {
    throw templateError(
      "the template and the texts of the classes leave no room for a text: shorten one of them",
    );
  }
  const classifier: LikelihoodPrompt = {
    ...frame,
    // Where the template ends with the text, the answer is predicted at the text's last token.
    answerRow: frame.answerRow ?? { side: "after", at: -1 },
    firstPosition: card.firstPosition,
    special: [...new Set([...tokenizer.prefix, ...tokenizer.suffix])],
    room,
    isCausal: card.kind === "causal",
    inputs: prompt ? { prompt: constantOf(prompt) } : {},
    texts: answers,
    place: PLACES[card.kind],
    isMean: normalize === "tokens",
    ...calibrationConstants(calibration, verbalizer.classes.length),
  };
  using regions = new RegionReader();
  return await classifierFolder({
    model,
    dtype,
    file: exportLikelihoods(predict, classifier, regions.read, STORAGE[dtype]),
    reading,
    room,
    classes: verbalizer.classes,
    about: {
      template: experiment.prompt.template,
      answer: experiment.answer,
      verbalizer: experiment.verbalizer,
      clean,
      content_hash: contentHash,
    },
  });
}

/** Where each kind of model has the texts of classes. */
const PLACES = { masked: "masks", causal: "after", "encoder-decoder": "decoder" } as const;

/** The tokens of the texts of all classes, by class. @throws {InputError} where they depend on the text before them */
function readAnswers(
  { targets, verbalizer, texts }: Pick<LikelihoodParts, "targets" | "verbalizer" | "texts">,
  column: string,
  place: LikelihoodPrompt["place"],
): ClassTextTokens[][] {
  const [first = "", ...others] = texts;
  return verbalizer.texts.map((own) =>
    own.map((answer) => {
      const ids = targets.targetTokens({ [column]: first }, answer).join();
      const other = others.find((text) => targets.targetTokens({ [column]: text }, answer).join() !== ids);
      if (other !== undefined) {
        throw new InputError(
          message`the tokens of '${answer}' depend on the text before it, as "${
            ofFile(other.trim())
          }" shows, so that no file can hold them: end the template with words after {${column}}, or classify with softprompt`,
        );
      }
      return tokensOf(targets.encode({ [column]: first }, answer), place);
    })
  );
}

function tokensOf(encoded: TargetEncoded, place: LikelihoodPrompt["place"]): ClassTextTokens {
  const { targetIds: ids } = encoded;
  if (encoded.kind === "decoder") return { ids, read: encoded.decoderIds };
  return { ids, read: place === "after" ? ids.slice(0, -1) : [] };
}
