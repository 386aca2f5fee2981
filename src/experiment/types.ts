/** Where prompt vectors enter the model. */
export type Insertion = "embedding-output" | "word-embeddings";

/** What becomes of the verbalizer's words that are several tokens. */
export type MultiTokenWords = "error" | "firstToken" | "mean";

/** A frozen model. */
export interface ModelSpec {
  /** A folder, or a hub id (owner/name). */
  source: string;
  /** Of a hub id: a branch, a tag or a commit. */
  revision?: string;
  /** The ONNX file within it. */
  file: string;
}

/** How a prompt's vectors start. */
export type Initialization =
  | { from: "random"; range: number }
  | { from: "vocabulary"; top: number }
  | { from: "labels" }
  /** `as: peft`: what PEFT's `prompt_tuning_init_text` takes of the text. */
  | { from: "text"; text: string; as?: "text" | "peft" }
  /** The prompt of another run, by its folder. */
  | { from: "run"; path: string }
  /** One that PEFT tuned, by its adapter's folder; where it enters a model that scales its word embeddings. */
  | { from: "peft"; path: string; enters?: "after-scale" | "before-scale" };

/** How examples are shared out between training, validation and test. */
export type Split =
  | "textcnn"
  /** Shares drawn at random; of a dataset of the hub, from the split `of`. */
  | { test: number; validation: number; seed: number; of?: string }
  /** Files, or splits of a dataset of the hub. */
  | { train: string; validation?: string; test: string };

/** Labelled texts. */
export interface DatasetSpec {
  /** A dataset that the program knows, … */
  name?: "rt-polarity" | "reviews-demo";
  /** … the folder that holds its files, … */
  path?: string;
  /** … a file of one's own, … */
  file?: string;
  /** … or a dataset of the hub (owner/name), … */
  source?: string;
  /** … at a branch, tag or commit, and one of its configurations. */
  revision?: string;
  config?: string;
  /** The names of its columns. */
  text?: string;
  label?: string;
  /** The column whose values are the examples' ids. */
  id?: string;
  /** The class that each value of the label's column stands for. */
  labels?: Record<string, string | null>;
  /** Of a .csv file. */
  delimiter?: string;
  /** Of a .csv or .tsv file: whether quotes enclose fields. */
  quotes?: boolean;
  /** Of a .csv or .tsv file that does not name its columns: their names. */
  columns?: string[];
  /** Of a file of text. */
  encoding?: string;
  /** What becomes of lines that have null where a text or a label must be. */
  missing?: "error" | "drop";
  clean: "none" | "textcnn";
  split: Split;
  /** The share of the training examples that is kept apart for validation. */
  validation: number;
  /** So many training examples a class. */
  shots?: number;
}

/** A prompt in words, with vectors of its own where it is soft. */
export interface PromptSpec {
  kind: "soft" | "hard";
  template: string;
  /** Soft: how many vectors. */
  length?: number;
  insertion?: Insertion;
  initialization?: Initialization;
}

/** What moves the prompt. */
export interface OptimizerSpec {
  name: "adamw" | "adafactor" | "sgd";
  /** Adafactor: whether the second moment is factored. */
  factored?: boolean;
  learningRate: number;
  weightDecay: number;
}

/** How a soft prompt is tuned. */
export interface TrainingSpec {
  optimizer: OptimizerSpec;
  schedule: { name: "constant" | "linear" | "cosine"; warmupSteps: number };
  batchSize: number;
  /** In how many parts a batch is taken. */
  accumulate: number;
  epochs?: number;
  steps?: number;
  /** 0: gradients are not clipped. */
  clipNorm: number;
  earlyStopping?: { metric: "accuracy" | "loss"; patience: number };
  /** Steps between two lines of the history. */
  logEvery: number;
  /** What an example of each class weighs in the loss; those left out 1. */
  classWeights?: "balanced" | Record<string, number>;
}

/** Several prompts that answer together. */
export interface EnsembleSpec {
  /** The folders of their runs, … */
  runs?: string[];
  /** … or the key that the runs of this file differ in. */
  sweep?: "seed";
  vote: Vote;
}

/** How several answers become one. */
export type Vote = "majority" | "mean";

/** Other data that what was tuned is scored on. */
export interface TransferSpec extends
  Pick<
    DatasetSpec,
    | "name"
    | "path"
    | "file"
    | "source"
    | "revision"
    | "config"
    | "text"
    | "label"
    | "labels"
    | "delimiter"
    | "quotes"
    | "columns"
    | "encoding"
    | "missing"
    | "clean"
  > {
  /** What the results call it. */
  as: string;
  /** Of a dataset of the hub. */
  split?: string;
}

/** A sentence of the experimenter's own: what stands in the template's places, by their names, and its class. */
export interface Sample {
  text?: string;
  label?: string;
  [placeholder: string]: string | undefined;
}

/** How what was tuned is judged. */
export interface EvaluationSpec {
  batchSize: number;
  samples: Sample[];
  /** Other data that it is scored on. */
  transfer?: TransferSpec[];
  /** How probabilities are set right. */
  calibrate?: ("contextual" | "temperature")[];
  /** What stands for texts in inputs without content. */
  contentFree?: string[];
}

/** An experiment with every default written out. */
export interface Experiment {
  name: string;
  description?: string;
  model: ModelSpec;
  dataset: DatasetSpec;
  prompt: PromptSpec;
  /** Each class's words. */
  verbalizer: Record<string, string[]>;
  /** What becomes of words that are several tokens. */
  multiTokenWords: MultiTokenWords;
  /** What is trained: the prompt, the whole model, or nothing. */
  tune: "prompt" | "all" | "none";
  /** Present where something is trained. */
  training?: TrainingSpec;
  /** Present where several tuned prompts answer together. */
  ensemble?: EnsembleSpec;
  evaluation: EvaluationSpec;
  /** What the frozen model is computed in. */
  precision: "float32" | "float16";
  device: "auto" | "webgpu" | "cpu" | "wasm";
  seed: number;
  /** The version of what these keys mean. */
  semantics: number;
}

/** An experiment as a person may write it: what has a default may be left out. */
export type PartialExperiment = {
  [K in keyof Experiment]?: Experiment[K] extends object | undefined ? Record<string, unknown>
    : Experiment[K];
};
