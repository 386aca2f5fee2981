import type { RunContent } from "../../src/results/read_run.ts";
import type { MetricsFile, PartMetrics } from "../../src/results/metrics_file.ts";

/** The required content of a part of `metrics.json`, with all examples classified correctly. */
export function wholePart(examples: number): PartMetrics {
  return {
    examples,
    accuracy: { value: 1, interval: [0, 1] },
    macro_f1: 1,
    loss: 0,
    per_class: {
      negative: { precision: 1, recall: 1, support: examples },
      positive: { precision: 0, recall: 0, support: 0 },
    },
    confusion: { classes: ["negative", "positive"], counts: [[examples, 0], [0, 0]] },
    expected_calibration_error: 0,
    illegal_rate: 0,
  };
}

/** The required content of the `metrics.json` of a complete run. @param examples the number of test examples */
export function wholeMetrics(examples: number): MetricsFile {
  return {
    status: "complete",
    best_step: 0,
    seconds: 1,
    examples_per_second: 1,
    truncated: { train: 0, validation: 0, test: 0, samples: 0 },
    test: wholePart(examples),
  };
}

/** The required content of `environment.json`. */
export const WHOLE_ENVIRONMENT = {
  format: "softprompt-run/1",
  softprompt: "0.1.0",
  deno: "2",
  v8: "1",
  onnxruntime: "1",
  tokenizers: "1",
  platform: "linux",
  git_commit: null,
  device: { kind: "cpu", description: "native CPU" },
  model: { source: "m", file: "m.onnx", sha256: "" },
  dataset: { name: "d", sha256: "" },
  seed: 0,
  seconds: { wall: 1, compiling: 0, opening: 0, running: 1 },
  content_hash: "h",
};

/** The required content of `experiment.yaml`, without the defaults that a run writes out. */
export const WHOLE_EXPERIMENT = {
  name: "x",
  model: { source: "m" },
  dataset: { name: "rt-polarity" },
  prompt: { kind: "soft", length: 2, insertion: "embedding-output", template: "{prompt} {text} {mask}" },
  verbalizer: { negative: ["bad"], positive: ["good"] },
};

/** The content of a run with some hash, which names no paths. */
export function contentOf(contentHash: string): RunContent {
  return { contentHash, pathlessHash: undefined };
}
