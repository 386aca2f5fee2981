/** What `metrics.json` says of a part of the data, at least: of so many examples, all of them right. */
export function wholePart(examples: number) {
  return {
    examples,
    accuracy: { value: 1, interval: [0, 1] },
    macro_f1: 1,
    loss: 0,
    per_class: {},
    confusion: { classes: [], counts: [] },
  };
}

/** What `environment.json` says at least. */
export const WHOLE_ENVIRONMENT = { model: { source: "m", file: "m.onnx", sha256: "" }, content_hash: "h" };
