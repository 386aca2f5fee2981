import { answers } from "./answers_target.ts";
import { cards, experiments, tokenizers } from "./json_target.ts";
import { onnx } from "./onnx_target.ts";
import type { Target } from "./target.ts";

/** All kinds of files that are read from others. */
export const TARGETS: readonly Target[] = [onnx, answers, tokenizers, cards, experiments];
