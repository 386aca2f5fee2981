import {
  type AnswerKind,
  type Compiled,
  type Insertion,
  type OptimizerName,
  type Precision,
  type PromptGraphs,
  type Target,
  writeShape,
} from "../compiler/mod.ts";
import { SEMANTICS } from "../experiment/semantics.ts";
import type { ModelGraph } from "../model/open_model.ts";
import type { ArtifactsManifest } from "./artifacts_manifest.ts";
import { writeGraphs, writtenWeights } from "./graph_folder.ts";
import { BANK_FILES, STEP_FILES } from "./step_files.ts";

/** What artifacts are compiled from. */
export interface ArtifactsOrigin {
  readonly model: Pick<ModelGraph, "source" | "revision" | "sha256" | "weights">;
  readonly insertion: Insertion;
  readonly optimizer: OptimizerName;
  readonly target: Target;
  readonly precision: Precision;
  /** What is read of the model: a word, where not given. */
  readonly answer?: AnswerKind;
}

const MANIFEST = "artifacts.json";

/** The format of the artifacts for each kind of answer. */
const FORMATS = {
  word: "softprompt-artifacts/1",
  text: "softprompt-artifacts/2",
} as const satisfies Readonly<Record<AnswerKind, ArtifactsManifest["format"]>>;

/**
 * Writes a folder of artifacts, whole or not at all.
 *
 * @param compiled the graphs of one prompt
 * @param origin what they and the bank's were compiled from
 */
export async function writeArtifacts(
  folder: string,
  compiled: Compiled,
  bank: PromptGraphs,
  { model, insertion, optimizer, target, precision, answer = "word" }: ArtifactsOrigin,
): Promise<void> {
  const { source, revision, sha256 } = model;
  const graphs = new Map([
    [STEP_FILES.train, compiled.train],
    [STEP_FILES.update, compiled.update],
    [STEP_FILES.predict, compiled.predict],
    [STEP_FILES.answer, compiled.answer],
    [STEP_FILES.embed, compiled.embed],
    [BANK_FILES.train, bank.train],
    [BANK_FILES.predict, bank.predict],
    [BANK_FILES.answer, bank.answer],
  ]);
  const manifest: ArtifactsManifest = {
    format: FORMATS[answer],
    semantics: SEMANTICS,
    model: { source, revision, sha256 },
    insertion,
    dimension: compiled.dimension,
    optimizer,
    target,
    precision,
    positions: compiled.positions,
    scale: compiled.scale,
    train: {
      file: STEP_FILES.train,
      state: compiled.state.map(({ name }) => name),
      state_shapes: Object.fromEntries(
        compiled.state.map(({ name, shape }) => [name, writeShape(shape)]),
      ),
    },
    bank: {
      train: { file: BANK_FILES.train },
      predict: { file: BANK_FILES.predict },
      answer: { file: BANK_FILES.answer },
    },
    update: { file: STEP_FILES.update },
    predict: { file: STEP_FILES.predict },
    answer: { file: STEP_FILES.answer },
    embed: { file: STEP_FILES.embed },
    tensor_bytes: {
      train: compiled.train.sizes,
      update: compiled.update.sizes,
      predict: compiled.predict.sizes,
      answer: compiled.answer.sizes,
      embed: compiled.embed.sizes,
      bankTrain: bank.train.sizes,
      bankPredict: bank.predict.sizes,
      bankAnswer: bank.answer.sizes,
    },
    weights: writtenWeights(folder, graphs.values(), model),
  };
  await writeGraphs(folder, graphs, [MANIFEST, manifest]);
}
