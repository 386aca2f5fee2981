/**
 * Experiments with every default written out. The names, values and descriptions of keys are in `schema.json` alone; here is
 * which keys go together, but for those of answers that are texts (`text_types.ts`).
 *
 * @module
 */
import type {
  DatasetKeys,
  DatasetSplitKeys,
  EnsembleKeys,
  EvaluationKeys,
  EvaluationTransferKeys,
  ExperimentFile,
  ModelKeys,
  PromptInitializationKeys,
  PromptKeys,
  TrainingEarlyStoppingKeys,
  TrainingKeys,
  TrainingOptimizerKeys,
  TrainingScheduleKeys,
} from "./experiment_file.ts";
import type { TextExperiment } from "./text_types.ts";

/** Where prompt vectors enter the model. */
export type Insertion = NonNullable<PromptKeys["insertion"]>;

/** The treatment of verbalizer words of several tokens. */
export type MultiTokenWords = NonNullable<ExperimentFile["multiTokenWords"]>;

/** How several predictions are combined. */
export type Vote = NonNullable<EnsembleKeys["vote"]>;

/** A frozen model. */
export interface ModelSpec
  extends Pick<ModelKeys, "source" | "revision">, Required<Pick<ModelKeys, "file">> {}

/** The initialization of a prompt's vectors. */
export type Initialization =
  | { readonly from: "random" } & Required<Pick<PromptInitializationKeys, "range">>
  | { readonly from: "vocabulary" } & Required<Pick<PromptInitializationKeys, "top">>
  | { readonly from: "labels" }
  | TextInitialization
  | { readonly from: "run" } & Required<Pick<PromptInitializationKeys, "path">>
  | PeftInitialization;

/** Vectors that start as the tokens of a text. */
export interface TextInitialization
  extends Required<Pick<PromptInitializationKeys, "text">>, Pick<PromptInitializationKeys, "as"> {
  /** Distinguishes this initialization from the others. */
  readonly from: "text";
}

/** Vectors that start as those of a prompt that PEFT tuned. */
export interface PeftInitialization
  extends Required<Pick<PromptInitializationKeys, "path">>, Pick<PromptInitializationKeys, "enters"> {
  /** Distinguishes this initialization from the others. */
  readonly from: "peft";
}

/** A prompt of words alone. */
export interface HardPrompt {
  /** Distinguishes it from a soft prompt. */
  readonly kind: "hard";
  /** Its words and placeholders. */
  readonly template: string;
}

/** Trainable vectors with words around them. */
export interface SoftPrompt extends Required<Pick<PromptKeys, "length" | "insertion">> {
  /** Distinguishes it from a hard prompt. */
  readonly kind: "soft";
  /** Its words and placeholders. */
  readonly template: string;
  /** How its vectors start. */
  readonly initialization: Initialization;
}

/** A hard or a soft prompt. */
export type PromptSpec = HardPrompt | SoftPrompt;

/** Shares drawn at random. */
export interface SharesSplit extends Required<Pick<DatasetSplitKeys, "seed">> {
  /** The share of the examples that are the test set: above 0, and below 1 together with `validation`. */
  readonly test: number;
  /** The share of the examples that are the validation set. */
  readonly validation: number;
}

/** Shares of one of the splits of a dataset on the hub. */
export interface HubSharesSplit extends SharesSplit, Required<Pick<DatasetSplitKeys, "of">> {}

/** Files, or splits of a dataset on the hub, by their names. */
export interface NamedSplit extends Required<Pick<DatasetSplitKeys, "train">> {
  /** The validation set; absent where it is drawn from the training set. */
  readonly validation?: string;
  /** The test set. */
  readonly test: string;
}

/** The keys of every dataset. */
export interface AnyDataset
  extends Required<Pick<DatasetKeys, "clean" | "validation">>, Pick<DatasetKeys, "shots"> {}

/** The columns of data that are not built in. */
export interface LabelledColumns
  extends Required<Pick<DatasetKeys, "text" | "label">>, Pick<DatasetKeys, "labels" | "missing" | "others"> {}

/** The format of text files. */
export interface WrittenFiles extends Pick<DatasetKeys, "delimiter" | "quotes" | "columns" | "encoding"> {}

/** A built-in dataset. */
export interface BuiltInDataset
  extends AnyDataset, Required<Pick<DatasetKeys, "name">>, Pick<DatasetKeys, "path"> {
  /** How its examples are shared out; `textcnn` is the split of Kim 2014. */
  readonly split: "textcnn" | SharesSplit | NamedSplit;
}

/** A file that is split by shares. */
export interface FileDataset
  extends
    AnyDataset,
    LabelledColumns,
    WrittenFiles,
    Required<Pick<DatasetKeys, "file">>,
    Pick<DatasetKeys, "id"> {
  /** The shares that are drawn of it. */
  readonly split: SharesSplit;
}

/** Files that are split already. */
export interface SplitFilesDataset
  extends AnyDataset, LabelledColumns, WrittenFiles, Pick<DatasetKeys, "id"> {
  /** The files, by the part that each is. */
  readonly split: NamedSplit;
}

/** A dataset on the hub. */
export interface HubDataset
  extends
    AnyDataset,
    LabelledColumns,
    Required<Pick<DatasetKeys, "source" | "revision">>,
    Pick<DatasetKeys, "config" | "id"> {
  /** The splits on the hub, by the part that each is, or the shares that are drawn from one. */
  readonly split: HubSharesSplit | NamedSplit;
}

/** Labelled texts. */
export type DatasetSpec = BuiltInDataset | FileDataset | SplitFilesDataset | HubDataset;

/** The keys of all transfer data. */
export interface AnyTransfer extends Required<Pick<EvaluationTransferKeys, "as" | "clean">> {}

/** The test set of a built-in dataset. */
export interface BuiltInTransfer
  extends AnyTransfer, Required<Pick<EvaluationTransferKeys, "name">>, Pick<EvaluationTransferKeys, "path"> {}

/** All of a file. */
export interface FileTransfer
  extends AnyTransfer, LabelledColumns, WrittenFiles, Required<Pick<EvaluationTransferKeys, "file">> {}

/** A split of a dataset on the hub. */
export interface HubTransfer
  extends
    AnyTransfer,
    LabelledColumns,
    Required<Pick<EvaluationTransferKeys, "source" | "revision" | "split">>,
    Pick<EvaluationTransferKeys, "config"> {}

/** Other data that a tuned prompt or model is scored on. */
export type TransferSpec = BuiltInTransfer | FileTransfer | HubTransfer;

/** The optimizer of the prompt or the model. */
export interface OptimizerSpec
  extends
    Required<Pick<TrainingOptimizerKeys, "name" | "learningRate" | "weightDecay">>,
    Pick<TrainingOptimizerKeys, "factored"> {}

/** The duration of tuning: in epochs or in steps. */
export type Duration =
  | Required<Pick<TrainingKeys, "epochs">> & { readonly steps?: never }
  | Required<Pick<TrainingKeys, "steps">> & { readonly epochs?: never };

/** The settings of tuning, but for what is the best. */
export type TunedBy =
  & Required<Pick<TrainingKeys, "batchSize" | "accumulate" | "clipNorm" | "logEvery">>
  & Pick<TrainingKeys, "classWeights" | "validateEvery">
  & Duration
  & {
    readonly optimizer: OptimizerSpec;
    readonly schedule: Required<TrainingScheduleKeys>;
  };

/** What the best prompt is chosen by, where answers are words. */
export type ClassMetric = Extract<TrainingKeys["best"], "accuracy" | "macroF1" | "loss">;

/** The settings of tuning. */
export type TrainingSpec = TunedBy & {
  readonly best?: ClassMetric;
  readonly earlyStopping?: Required<Pick<TrainingEarlyStoppingKeys, "patience">> & {
    readonly metric: ClassMetric;
  };
};

/** An ensemble of prompts: those of other runs, or of the runs of one file that differ in their seed. */
export type EnsembleSpec =
  & Required<Pick<EnsembleKeys, "vote">>
  & (Required<Pick<EnsembleKeys, "runs">> | Required<Pick<EnsembleKeys, "sweep">>);

/** The settings of evaluation. */
export interface EvaluationSpec
  extends
    Required<Pick<EvaluationKeys, "batchSize" | "samples">>,
    Pick<EvaluationKeys, "calibrate" | "contentFree"> {
  /** Other data on which the tuned prompt or model is scored. */
  readonly transfer?: readonly TransferSpec[];
}

/** The keys of every experiment. */
export interface CommonKeys
  extends
    Pick<ExperimentFile, "name" | "description">,
    Required<Pick<ExperimentFile, "precision" | "device" | "seed">> {
  /** The frozen language model. */
  readonly model: ModelSpec;
  /** The version of the meaning of these keys, as of the program that wrote them. */
  readonly semantics: number;
}

/** The keys of every experiment whose answers are words. */
export interface AnyExperiment
  extends CommonKeys, Required<Pick<ExperimentFile, "verbalizer" | "multiTokenWords">> {
  /** Words need nothing more than the verbalizer. */
  readonly answer?: never;
  /** The labelled texts. */
  readonly dataset: DatasetSpec;
  /** How prompts are judged. */
  readonly evaluation: EvaluationSpec;
}

/** A soft prompt is tuned, and the model is frozen. */
export interface PromptTuning extends AnyExperiment {
  /** What is tuned: the vectors of the prompt. */
  readonly tune: "prompt";
  /** The prompt that is tuned. */
  readonly prompt: SoftPrompt;
  /** How it is tuned. */
  readonly training: TrainingSpec;
  /** There is no ensemble. */
  readonly ensemble?: never;
}

/** The whole model is tuned, with a hard prompt. */
export interface ModelTuning extends AnyExperiment {
  /** What is tuned: all weights of the model. */
  readonly tune: "all";
  /** The hard prompt. */
  readonly prompt: HardPrompt;
  /** How it is tuned. */
  readonly training: TrainingSpec;
  /** There is no ensemble. */
  readonly ensemble?: never;
}

/** Nothing is tuned: a hard prompt is scored, or a soft one as initialized. */
export interface Untuned extends AnyExperiment {
  /** What is tuned: nothing. */
  readonly tune: "none";
  /** The prompt that is scored. */
  readonly prompt: PromptSpec;
  /** Nothing is tuned. */
  readonly training?: never;
  /** There is no ensemble. */
  readonly ensemble?: never;
}

/** An ensemble of tuned prompts. */
export interface EnsembleExperiment extends AnyExperiment {
  /** What is tuned: nothing. */
  readonly tune: "none";
  /** The template of the prompts, and the number of vectors that each has. */
  readonly prompt: SoftPrompt;
  /** Nothing is tuned. */
  readonly training?: never;
  /** Which prompts are combined, and how. */
  readonly ensemble: EnsembleSpec;
}

/** An experiment whose answers are words. */
export type WordExperiment = PromptTuning | ModelTuning | Untuned | EnsembleExperiment;

/** An experiment with every default written out. */
export type Experiment = WordExperiment | TextExperiment;
