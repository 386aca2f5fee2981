import { checkTrainable } from "../dataset/class_counts.ts";
import { type AnyExample, type Example, placed, type Splits } from "../dataset/example.ts";
import { drawShown } from "../dataset/few_shot.ts";
import { datasetName } from "../dataset/load.ts";
import { InputError, withKeyContext } from "../base/errors.ts";
import { promptLength } from "../experiment/prompt_vectors.ts";
import { parseTemplate, templateText } from "../experiment/template.ts";
import type { TextExperiment } from "../experiment/text_types.ts";
import { type GenerationRules, readGenerationRules } from "../model/generation_rules.ts";
import type { TextReader } from "../model/text_reader.ts";
import { unknownWordsIn } from "../prompt/encoding.ts";
import type { RunRequest } from "./context.ts";
import { checkStartingWords } from "./check_starting_words.ts";
import { generates } from "./generates.ts";
import { readSourcePrompt } from "./read_source_prompt.ts";
import type { ResourceCache } from "./resource_cache.ts";
import { type TextTargets, textTargets } from "./text_targets.ts";

/** A text with its right answers. */
export interface AskedText extends Pick<AnyExample, "id" | "text" | "columns" | "label"> {
  /** All of them are right; the first is trained on. Of a class, its texts. */
  readonly targets: readonly [string, ...readonly string[]];
}

/** A labelled text with the texts of its class. */
export interface ClassedText extends AskedText {
  readonly label: string;
}

/** Everything that an experiment with texts names, read and checked, but its graphs. */
export interface PreparedText extends Splits<AskedText> {
  readonly experiment: TextExperiment;
  readonly reader: TextReader;
  /** What the model's files ask of generating, where texts are generated. */
  readonly rules: GenerationRules | undefined;
  /** The examples in the prompt. */
  readonly shown: readonly AskedText[];
  readonly targets: TextTargets;
  /** Other data that it is scored on. */
  readonly transfer: readonly { readonly name: string; readonly examples: readonly AskedText[] }[];
  /** The words of the template that the tokenizer has no token for. */
  readonly unknownWords: readonly string[];
  /** Notes on how the data were read, one line each. */
  readonly notes: readonly string[];
  /** The number of test texts that are also in the training set. */
  readonly repeated: number;
}

/**
 * Reads what an experiment with texts names.
 *
 * @param resources the resources that other runs share
 * @throws {InputError} on anything missing or unsuitable
 */
export async function prepareText(
  { experiment, file }: Pick<RunRequest<TextExperiment>, "experiment" | "file">,
  resources: ResourceCache,
): Promise<PreparedText> {
  const reader = await resources.textReader(experiment, file);
  const rules = generates(experiment)
    ? await readGenerationRules(reader.folder, reader.tokenizer.model.rows)
    : undefined;
  checkStartingWords(experiment, reader.tokenizer);
  if (reader.card.kind !== "encoder-decoder") {
    await readSourcePrompt(experiment.prompt, file, await resources.model(experiment, file));
  }
  const { notes, transfer, repeated, train: whole, validation, test } = await dataOf(
    experiment,
    file,
    resources,
  );
  const classes = experiment.verbalizer && Object.keys(experiment.verbalizer);
  const { prompt: { examples }, seed, training } = experiment;
  const [shown, train] = await withKeyContext(
    ["prompt", "examples"],
    () => Promise.resolve(drawShown(whole, examples, classes, seed)),
  );
  if (training !== undefined && classes !== undefined) {
    checkTrainable(labelled({ train, validation, test }), classes, datasetName(experiment.dataset));
  }
  if (training !== undefined && train.length === 0) {
    throw new InputError(
      `'prompt.examples: ${examples}' leaves no training example of the dataset '${
        datasetName(experiment.dataset)
      }': lower it`,
    );
  }
  // Positions that are counted over prompt and text leave the least room.
  const targets = textTargets(
    experiment,
    reader,
    shown.map((one) => ({ texts: placed(one), answer: one.targets[0] })),
    "together",
  );
  const { prompt } = experiment;
  const template = parseTemplate(templateText(prompt.template), promptLength(prompt));
  const unknownWords = unknownWordsIn(template, reader.tokenizer);
  return {
    train,
    validation,
    test,
    experiment,
    reader,
    rules,
    shown,
    targets,
    transfer,
    unknownWords,
    notes,
    repeated,
  };
}

/** An experiment's data, the texts of classes as right answers. */
async function dataOf(
  experiment: TextExperiment,
  file: string,
  resources: ResourceCache,
): Promise<Splits<AskedText> & Pick<PreparedText, "notes" | "transfer" | "repeated">> {
  if (experiment.verbalizer === undefined) {
    return {
      ...await resources.answered(experiment, file),
      transfer: await resources.answeredTransfer(experiment, file),
    };
  }
  const { verbalizer } = experiment;
  const classes = Object.keys(verbalizer);
  const asked = (examples: readonly Example[]) => withTexts(examples, verbalizer);
  const { train, validation, test, notes, repeated } = await resources.dataset(experiment, file, classes);
  const transfer = await resources.transfer(experiment, file, classes);
  return {
    train: asked(train),
    validation: asked(validation),
    test: asked(test),
    notes,
    repeated,
    transfer: transfer.map(({ name, examples }) => ({ name, examples: asked(examples) })),
  };
}

/** Labelled texts with the texts of their classes as right answers. */
export function withTexts(
  examples: readonly Example[],
  verbalizer: Readonly<Record<string, readonly string[]>>,
): ClassedText[] {
  return examples.flatMap((example): ClassedText[] => {
    const [first, ...others] = verbalizer[example.label] ?? [];
    return first === undefined ? [] : [{ ...example, targets: [first, ...others] }];
  });
}

function labelled({ train, validation, test }: Splits<AskedText>): Splits {
  const [a = [], b = [], c = []] = [train, validation, test].map((examples) =>
    examples.map(({ id, text, label = "" }) => ({ id, text, label }))
  );
  return { train: a, validation: b, test: c };
}
