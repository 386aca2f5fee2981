import type { Target } from "./target.ts";

/** All kinds of files that are read from others, by their names for `--only` and the counts. Each is loaded where it is tried. */
export const TARGETS: ReadonlyMap<string, () => Promise<Target>> = new Map([
  ["onnx", async () => (await import("./onnx_target.ts")).onnx],
  ["onnx-answers", async () => (await import("./answers_target.ts")).answers],
  ["tokenizer.json", async () => (await import("./json_target.ts")).tokenizers],
  ["config.json", async () => (await import("./json_target.ts")).cards],
  ["experiment", async () => (await import("./json_target.ts")).experiments],
  ["safetensors", async () => (await import("./safetensors_target.ts")).safetensors],
  ["peft", async () => (await import("./peft_target.ts")).adapters],
  ["tables", async () => (await import("./table_target.ts")).tables],
  ["parquet", async () => (await import("./parquet_target.ts")).parquet],
  ["run", async () => (await import("./run_target.ts")).runs],
  ["report", async () => (await import("./report_target.ts")).reports],
  ["baseline", async () => (await import("./baseline_target.ts")).baselines],
  ["foreign", async () => (await import("./foreign_target.ts")).foreign],
  ["predict", async () => (await import("./run_target.ts")).predictions],
  ["checkpoint", async () => (await import("./checkpoint_target.ts")).checkpoints],
  ["compile-cache", async () => (await import("./artifacts_target.ts")).artifacts],
]);
