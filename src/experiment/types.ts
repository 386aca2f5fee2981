/** Where prompt vectors enter the model. */
export type Insertion = "embedding-output" | "word-embeddings";

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
  | { from: "vocabulary"; top: number };

/** How examples are shared out between training, validation and test. */
export type Split =
  | "textcnn"
  | { test: number; validation: number; seed: number }
  | { train: string; validation?: string; test: string };

/** Labelled texts. */
export interface DatasetSpec {
  /** A dataset that the program knows, … */
  name?: "rt-polarity" | "reviews-demo";
  /** … the folder that holds its files, … */
  path?: string;
  /** … or a file of one's own, with the names of its columns. */
  file?: string;
  text?: string;
  label?: string;
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
}

/** A sentence of the experimenter's own. */
export interface Sample {
  text: string;
  label?: string;
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
  /** Present for a soft prompt. */
  training?: TrainingSpec;
  evaluation: { batchSize: number; samples: Sample[] };
  /** What the frozen model is computed in. */
  precision: "float32" | "float16";
  device: "auto" | "webgpu" | "cpu" | "wasm";
  seed: number;
}

/** An experiment as a person may write it: what has a default may be left out. */
export type PartialExperiment = {
  [K in keyof Experiment]?: Experiment[K] extends object | undefined ? Record<string, unknown>
    : Experiment[K];
};
