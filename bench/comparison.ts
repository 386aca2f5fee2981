import type { MedianRatio } from "./median_ratio.ts";

/** A step on a device beside those of others, which take it in turn. Times are medians, in milliseconds. */
export interface Comparison {
  readonly shape: string;
  readonly batch: number;
  readonly device: "cpu" | "wasm";
  /** The device in words. */
  readonly on: string;
  readonly step_ms: number;
  /** The step of PEFT, as a user writes it. */
  readonly peft_ms?: number;
  readonly peft_over_ours?: MedianRatio;
  /** PyTorch's with the head at the answer alone. */
  readonly careful_ms?: number;
  readonly careful_over_ours?: MedianRatio;
  readonly jax_js_ms?: number;
  readonly jax_js_over_ours?: MedianRatio;
  /** The exported model's own forward pass. */
  readonly forward_ms?: number;
  readonly step_over_forward?: number;
  /** Operations of the step's matrix products. */
  readonly gflop: number;
  /** What the device reaches on a matrix product alone, in the same run. */
  readonly matrix_gflops_per_second: number;
  /** The step's time if it did nothing but its matrix products, at that rate. */
  readonly floor_ms: number;
  readonly share_of_matrix_rate: number;
  /** Milliseconds of a step by operator, from ONNX Runtime's profiler. */
  readonly operators_ms?: Readonly<Record<string, number>>;
}
