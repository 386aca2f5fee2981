import type { EncoderShape } from "./encoder_model.ts";

/** The model that comes with the project. */
export const PATH = "data/models/reviews-mlm-mini/onnx/model.onnx";

/** The models whose steps the host's time is measured of: the project's own, and one that is made with random weights. */
export const HOST_SHAPES: Readonly<Record<string, EncoderShape | undefined>> = {
  "4x256": undefined,
  // Few words: with a driver that computes nothing no two weights are seen to be the same, and each recording holds its own.
  "12x768": { layers: 12, width: 768, heads: 12, words: 1400, positions: 64 },
};
