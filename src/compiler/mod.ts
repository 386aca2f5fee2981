/**
 * The compiler: from the inference graph of a frozen language model to the graph of one training step of a soft prompt, or
 * of the whole model. It knows nothing of texts, of experiments or of devices, and uses no platform API: files are
 * read by functions that its caller gives it.
 *
 * `compile`, `compileBank`, `compileHard` and `compileModelTuning` run the passes of `pipeline.ts` and `text_pipeline.ts`; `factsOf` gives what a
 * graph shows about its model; `exportClassifier` writes a tuned prompt and its model as one ONNX file.
 *
 * @module
 */
export type { Attention } from "./analysis/attention_direction.ts";
export { matrixFlops } from "./analysis/flops.ts";
export type { UncountedToken } from "./analysis/position_lookups.ts";
export { savedActivationBytes } from "./analysis/saved_activations.ts";
export type { Emitted } from "./backend/emit.ts";
export type {
  CalibratedPrompt,
  ClassifierPrompt,
  ClassifierSide,
  ClassTextTokens,
  LikelihoodPrompt,
  PlaceAroundText,
  PromptAroundText,
} from "./backend/classifier_prompt.ts";
export { exportClassifier } from "./backend/export_classifier.ts";
export { exportDecoder } from "./backend/export_decoder.ts";
export { exportLikelihoods } from "./backend/export_likelihoods.ts";
export { exportEncoder } from "./backend/export_encoder.ts";
export type { WeightStorage } from "./backend/stored_weights.ts";
export { type WeightsApart, weightsApart } from "./backend/weights_apart.ts";
export { compile } from "./compile.ts";
export { compileBank } from "./compile_bank.ts";
export {
  type CompiledCache,
  type CompiledGeneration,
  compileGeneration,
  type GenerationOptions,
  type RowChoice,
} from "./compile_generation.ts";
export { compileHard } from "./compile_hard.ts";
export { compileModelTuning } from "./compile_model_tuning.ts";
export { compilePrefix } from "./compile_prefix.ts";
export type {
  AnswerKind,
  Compiled,
  CompiledAnswer,
  CompiledModel,
  CompileOptions,
  Parameter,
  PrefixGraphs,
  PromptGraphs,
} from "./compiled.ts";
export type { CausalFrame } from "./backend/causal_file.ts";
export { type CausalPrompt, exportCausal } from "./export_causal.ts";
export { type DecoderFacts, factsOf, type ModelFacts, type PositionFacts } from "./facts.ts";
export type { ContinuingFile, KeptState, NoCache } from "./frontend/continuing_file.ts";
export { type MappedFile, mapWeights } from "./frontend/map_weights.ts";
export { namingMultiplier } from "./frontend/named_multiplier.ts";
export { type NumberFormat, numberFormatOf } from "./frontend/number_format.ts";
export {
  type ExternalTensor,
  externalTensors,
  weightFiles,
  weightLocation,
} from "./frontend/external_data.ts";
export {
  type FileBytes,
  notOnnx,
  type OnnxFile,
  readModelFiles,
  readOnnxFile,
  type ReadRegion,
} from "./frontend/onnx_file.ts";
export { countParameters } from "./frontend/parameters.ts";
export { type Dimension, evaluate, Polynomial, readShape, writeShape } from "./graph/dimension.ts";
export type { ElementType } from "./graph/element_types.ts";
export { CompileError } from "./graph/errors.ts";
export {
  type Attribute,
  type AttributeKind,
  type AttributeKinds,
  type Attributes,
  type Constant,
  type FileRegion,
  type Float,
  type Graph,
  liveNodes,
  type Node,
  type Value,
} from "./graph/graph.ts";
export { OPERATOR_ATTRIBUTES, type OperatorName } from "./graph/operator_attributes.ts";
export { printGraph } from "./graph/print.ts";
export type { TensorSize } from "./graph/tensor_sizes.ts";
export type { Precision, Target } from "./lower_for_target.ts";
export type { LossMean } from "./passes/objective.ts";
export { OPTIMIZER_NAMES, type OptimizerName, type StateTensor } from "./passes/optimizer.ts";
export type { OnPass, PassOptions, PassStats } from "./passes/pass.ts";
export type { Insertion } from "./passes/splice.ts";
export { fallbacks } from "./targets/webgpu/kernels.ts";
