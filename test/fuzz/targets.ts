import { answers } from "./answers_target.ts";
import { cards, experiments, tokenizers } from "./json_target.ts";
import { onnx } from "./onnx_target.ts";
import { parquet } from "./parquet_target.ts";
import { adapters } from "./peft_target.ts";
import { safetensors } from "./safetensors_target.ts";
import { tables } from "./table_target.ts";
import type { Target } from "./target.ts";

/** All kinds of files that are read from others. */
export const TARGETS: readonly Target[] = [
  ...[onnx, answers, tokenizers, cards, experiments],
  ...[safetensors, adapters, tables, parquet],
];
