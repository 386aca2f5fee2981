/** Kinds of files that are mistaken for ONNX models, by their first bytes as text, with the way out. */
const KINDS: readonly (readonly [start: RegExp, kind: string, wayOut: string])[] = [
  [
    /^version https:\/\/git-lfs\.github\.com\//,
    "a Git LFS pointer, which stands for the model's file",
    "fetch that with 'git lfs pull'",
  ],
  [/^\s*<(!doctype|html|\?xml)/i, "a web page and no model", "its download went wrong: download it again"],
  [/^PK[^ -~]{2}/, "a ZIP archive, as PyTorch's checkpoints are", "export the model to ONNX"],
  [/^\x80[^ -~]/, "a pickle of Python, as PyTorch's older checkpoints are", "export the model to ONNX"],
  [/^[^]{8}\{"/, "a safetensors file: weights without a graph", "export the model to ONNX"],
  [/^GGUF/, "a GGUF file", "export the model to ONNX"],
  [/^\x89HDF/, "an HDF5 file, as those of Keras are", "export the model to ONNX"],
  [/^[^]{4}TFL3/, "a TensorFlow Lite model", "export the model to ONNX"],
  [/^[^]{4}ORTM/, "a model in ONNX Runtime's own format (.ort)", "take the .onnx file that it was made from"],
  [/^[^ -~]\x8b/, "compressed with gzip", "unpack it"],
  [/^\s*[{[]/, "a JSON file", "name the model's .onnx file"],
];

/** The number of bytes that identify a file's kind. */
const ENOUGH = 64;

/** The kind of a file that is not an ONNX model, if its first bytes show it, and the way out. */
export function kindOfFile(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return "is empty: download it again, or export it again";
  const start = String.fromCharCode(...bytes.subarray(0, ENOUGH));
  const found = KINDS.find(([pattern]) => pattern.test(start));
  return found && `is ${found[1]}: ${found[2]}`;
}
