import { type GivenModel, resolveModel } from "./model_file.ts";
import { SEMANTICS } from "./semantics.ts";
import type {
  DatasetSpec,
  EnsembleSpec,
  Experiment,
  Initialization,
  OptimizerSpec,
  PartialExperiment,
  PromptSpec,
  Split,
  TrainingSpec,
  TransferSpec,
} from "./types.ts";

/** Writes out every default of an experiment that the schema and the rules have passed. */
export function resolve(given: PartialExperiment): Experiment {
  const prompt = resolvePrompt(given.prompt as Partial<PromptSpec>);
  const dataset = resolveDataset(given.dataset as Partial<DatasetSpec>);
  const ensemble = given.ensemble as Partial<EnsembleSpec> | undefined;
  const tune = given.tune ?? (prompt.kind === "soft" && ensemble?.runs === undefined ? "prompt" : "none");
  return {
    name: given.name!,
    ...(given.description !== undefined && { description: given.description }),
    model: resolveModel(given.model as unknown as GivenModel),
    dataset,
    prompt,
    verbalizer: given.verbalizer as Record<string, string[]>,
    multiTokenWords: given.multiTokenWords ?? "error",
    tune,
    ...(tune !== "none" && { training: resolveTraining((given.training ?? {}) as Partial<TrainingSpec>) }),
    ...(ensemble && { ensemble: { vote: "majority", ...ensemble } }),
    evaluation: resolveEvaluation(given.evaluation as Partial<Experiment["evaluation"]>, dataset.clean),
    precision: given.precision ?? "float32",
    device: given.device ?? "auto",
    seed: given.seed ?? 0,
    semantics: SEMANTICS,
  };
}

/** The share of the training examples that is kept apart for validation. */
export const DEFAULT_VALIDATION = 0.1;

function resolveDataset(given: Partial<DatasetSpec>): DatasetSpec {
  const columns = given.name === undefined ? { text: "text", label: "label" } : {};
  const hub = given.source === undefined ? {} : { revision: HUB_REVISION };
  return {
    clean: "none",
    validation: DEFAULT_VALIDATION,
    ...columns,
    ...hub,
    ...given,
    split: resolveSplit(given),
  };
}

function resolveEvaluation(
  given: Partial<Experiment["evaluation"]> = {},
  clean: DatasetSpec["clean"],
): Experiment["evaluation"] {
  const { transfer, ...rest } = given;
  return {
    batchSize: 64,
    samples: [],
    ...(given.calibrate?.includes("contextual") && { contentFree: ["N/A", ""] }),
    ...rest,
    ...(transfer && { transfer: transfer.map((one) => resolveTransfer(one, clean)) }),
  };
}

/** @param clean the dataset's: what is tuned on texts that are read so is scored on such */
function resolveTransfer(given: Partial<TransferSpec>, clean: DatasetSpec["clean"]): TransferSpec {
  const { name, source } = given;
  const columns = name === undefined ? { text: "text", label: "label" } : {};
  const hub = source === undefined ? {} : { revision: HUB_REVISION, split: "test" };
  return { as: transferName(given), clean, ...columns, ...hub, ...given };
}

/** What results call a dataset that they are transferred to: its name, or its file's without the ending. */
export function transferName({ name, file, source }: Partial<TransferSpec>): string {
  return name ?? (file ?? source ?? "").replace(/^.*[/\\]/, "").replace(/\.gz$/i, "").replace(/\.[^.]*$/, "");
}

/** The branch that the hub converts every dataset's files to Parquet on. */
const HUB_REVISION = "refs/convert/parquet";

/** How examples are shared out, with every default written out. */
export function resolveSplit({ name, source, split }: Partial<DatasetSpec>): Split {
  const of = source !== undefined && { of: "train" };
  if (split === undefined) {
    if (name === "rt-polarity") return "textcnn";
    if (name === "reviews-demo") {
      return { train: "train.tsv", validation: "validation.tsv", test: "test.tsv" };
    }
    return source === undefined ? SHARES : { train: "train", test: "test" };
  }
  if (split === "textcnn" && source === undefined) return split;
  if (typeof split === "string") return { ...SHARES, of: split };
  return "train" in split ? split : { ...{ validation: 0, seed: 0 }, ...of, ...split };
}

/** How examples are shared out where nothing says so. */
const SHARES = { test: 0.1, validation: 0.1, seed: 0 };

function resolvePrompt(given: Partial<PromptSpec>): PromptSpec {
  const kind = given.kind!, template = given.template!;
  if (kind === "hard") return { kind, template };
  return {
    kind,
    length: given.length ?? 20,
    insertion: given.insertion ?? "embedding-output",
    initialization: resolveInitialization(given.initialization),
    template,
  };
}

function resolveInitialization(given: Partial<Initialization> = { from: "vocabulary" }): Initialization {
  switch (given.from) {
    case "random":
      return { range: 0.5, ...given, from: "random" };
    case "vocabulary":
      return { top: 5000, ...given, from: "vocabulary" };
    default:
      return given as Initialization;
  }
}

function resolveOptimizer(given: Partial<OptimizerSpec> = {}): OptimizerSpec {
  const { name = "adamw", factored = false, learningRate = 0.03, weightDecay = 0.01 } = given;
  return { name, ...(name === "adafactor" && { factored }), learningRate, weightDecay };
}

function resolveTraining(given: Partial<TrainingSpec>): TrainingSpec {
  const earlyStopping: Partial<TrainingSpec["earlyStopping"]> = given.earlyStopping;
  return {
    optimizer: resolveOptimizer(given.optimizer),
    schedule: { name: "linear", warmupSteps: 0, ...given.schedule },
    batchSize: given.batchSize ?? 32,
    accumulate: given.accumulate ?? 1,
    ...(given.steps === undefined ? { epochs: given.epochs ?? 5 } : { steps: given.steps }),
    clipNorm: given.clipNorm ?? 1,
    ...(earlyStopping && { earlyStopping: { metric: "accuracy", patience: 3, ...earlyStopping } }),
    logEvery: given.logEvery ?? 10,
    ...(given.classWeights !== undefined && { classWeights: given.classWeights }),
  };
}
