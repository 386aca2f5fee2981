/**
 * Experiments whose answers are texts, with every default written out: classes that stand for texts of several tokens, found by
 * likelihood or by generating, and free texts.
 *
 * @module
 */
import type {
  AnswerKeys,
  EvaluationGenerateKeys,
  EvaluationKeys,
  ExperimentFile,
  PromptKeys,
  PromptTemplateKeys,
  TrainingEarlyStoppingKeys,
  TrainingKeys,
} from "./experiment_file.ts";
import type {
  BuiltInDataset,
  BuiltInTransfer,
  CommonKeys,
  DatasetSpec,
  EnsembleSpec,
  Initialization,
  TransferSpec,
  TunedBy,
} from "./types.ts";

/** A template: words and placeholders, or the messages of a chat. */
export type TemplateSpec = string | PromptTemplateKeys;

/** What is measured of texts. */
export type TextMetric = NonNullable<EvaluationKeys["metrics"]>[number];

/** What the best prompt is chosen by. */
export type BestTextMetric = NonNullable<TrainingKeys["best"]>;

/** The template of texts, and the number of training examples in front of each. */
export interface TextTemplate extends Required<Pick<PromptKeys, "examples">> {
  /** The template. */
  readonly template: TemplateSpec;
}

/** A prompt of words alone. */
export interface HardTextPrompt extends TextTemplate {
  /** Distinguishes it from a soft prompt. */
  readonly kind: "hard";
}

/** Trainable vectors with words around them. */
export interface SoftTextPrompt extends TextTemplate, Required<Pick<PromptKeys, "length" | "insertion">> {
  /** Distinguishes it from a hard prompt. */
  readonly kind: "soft";
  /** How its vectors start. */
  readonly initialization: Initialization;
}

/** A hard or a soft prompt. */
export type TextPrompt = HardTextPrompt | SoftTextPrompt;

/** The settings of tuning. */
export type TextTrainingSpec =
  & TunedBy
  & Required<Pick<TrainingKeys, "best">>
  & { readonly earlyStopping?: Required<Pick<TrainingEarlyStoppingKeys, "patience">> };

/** A soft prompt is tuned. */
export interface TextPromptTuning {
  /** What is tuned: the vectors of the prompt. */
  readonly tune: "prompt";
  /** The prompt that is tuned. */
  readonly prompt: SoftTextPrompt;
  /** How it is tuned. */
  readonly training: TextTrainingSpec;
  /** There is no ensemble. */
  readonly ensemble?: never;
}

/** Nothing is tuned. */
export interface TextUntuned {
  /** What is tuned: nothing. */
  readonly tune: "none";
  /** The prompt that is scored. */
  readonly prompt: TextPrompt;
  /** Nothing is tuned. */
  readonly training?: never;
  /** There is no ensemble. */
  readonly ensemble?: never;
}

/** An ensemble of tuned prompts. */
export interface TextEnsemble {
  /** What is tuned: nothing. */
  readonly tune: "none";
  /** The template of the prompts, and the number of vectors that each has. */
  readonly prompt: SoftTextPrompt;
  /** Nothing is tuned. */
  readonly training?: never;
  /** Which prompts are combined, and how. */
  readonly ensemble: EnsembleSpec;
}

/** How all answers that are texts are judged. */
export interface TextEvaluation
  extends Required<Pick<EvaluationKeys, "batchSize" | "samples" | "metrics" | "validateOn">> {}

/** How generated texts are judged, and how they are generated. */
export interface GeneratedEvaluation extends TextEvaluation {
  /** How texts are generated. */
  readonly generate: Required<EvaluationGenerateKeys>;
}

/** Classes, each of which stands for texts. */
export interface TextClasses extends CommonKeys, Required<Pick<ExperimentFile, "verbalizer">> {
  /** The labelled texts. */
  readonly dataset: DatasetSpec;
}

/** The class whose text the model finds the most probable (rank classification). */
export interface LikelihoodAnswers extends TextClasses {
  /** How the class is found. */
  readonly answer:
    & { readonly kind: "text"; readonly choose: "likelihood" }
    & Required<Pick<AnswerKeys, "normalize">>;
  /** How prompts are judged. */
  readonly evaluation:
    & TextEvaluation
    & Pick<EvaluationKeys, "calibrate" | "contentFree">
    & { readonly transfer?: readonly TransferSpec[] };
}

/** The class whose text the model generates. */
export interface GeneratedClasses extends TextClasses {
  /** How the class is found. */
  readonly answer: { readonly kind: "text"; readonly choose: "generate" };
  /** How prompts are judged. */
  readonly evaluation: GeneratedEvaluation & { readonly transfer?: readonly TransferSpec[] };
}

/** Texts that belong to no classes. */
export interface FreeTextAnswers extends CommonKeys {
  /** What the right text is. */
  readonly answer: { readonly kind: "text" } & Required<Pick<AnswerKeys, "target">>;
  /** There are no classes. */
  readonly verbalizer?: never;
  /** The texts with their answers. */
  readonly dataset: AnsweredDataset;
  /** How prompts are judged. */
  readonly evaluation: GeneratedEvaluation & { readonly transfer?: readonly AnsweredTransfer[] };
}

/** A spec without the keys of a label column. */
export type WithoutLabels<Spec> = Spec extends unknown ? Omit<Spec, "label" | "labels" | "others"> : never;

/** Texts with their answers. */
export type AnsweredDataset = WithoutLabels<Exclude<DatasetSpec, BuiltInDataset>>;

/** Other texts with their answers. */
export type AnsweredTransfer = WithoutLabels<Exclude<TransferSpec, BuiltInTransfer>>;

/** An experiment whose classes are found by the likelihood of their texts. */
export type LikelihoodExperiment = LikelihoodAnswers & (TextPromptTuning | TextUntuned | TextEnsemble);

/** An experiment whose classes are those whose texts the model generates. */
export type GeneratedClassesExperiment = GeneratedClasses & (TextPromptTuning | TextUntuned);

/** An experiment whose answers are texts of classes. */
export type ClassTextExperiment = LikelihoodExperiment | GeneratedClassesExperiment;

/** An experiment whose answers are free texts. */
export type FreeTextExperiment = FreeTextAnswers & (TextPromptTuning | TextUntuned);

/** An experiment whose answers the model generates. */
export type GeneratedExperiment = FreeTextExperiment | GeneratedClassesExperiment;

/** An experiment whose answers are texts. */
export type TextExperiment = ClassTextExperiment | FreeTextExperiment;
