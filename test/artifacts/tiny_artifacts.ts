import type { ArtifactsOrigin } from "../../src/artifacts/manifest.ts";
import { emit } from "../../src/compiler/backend/emit.ts";
import { Builder } from "../../src/compiler/ops/builder.ts";

/** A graph of one constant, which nothing runs: only its bytes count. */
function graph(number: number) {
  const b = new Builder("tiny.onnx");
  const { bytes, weights } = emit(b.graph(new Map([["number", b.scalar(number)]])), "tiny");
  return { bytes: Uint8Array.from(bytes), weights, sizes: [] };
}

/** The graphs of a prompt that nothing runs. */
export const COMPILED = {
  dimension: 2,
  positions: "attention",
  scale: 1,
  state: [],
  train: graph(1),
  update: graph(2),
  predict: graph(3),
  answer: graph(4),
  embed: graph(5),
} as const;

/** The graphs of a bank that nothing runs. */
export const BANK = { train: graph(6), predict: graph(7), answer: graph(8) } as const;

/** What both are compiled from. */
export const ORIGIN: ArtifactsOrigin = {
  model: { source: "m", revision: null, sha256: "0", weights: new Map() },
  insertion: "embedding-output",
  optimizer: "adamw",
  target: "cpu",
  precision: "float32",
};

/** The same model, where it lies when they are read. */
export const MODEL = { onnx: "model.onnx", weights: new Map<string, string>() };
