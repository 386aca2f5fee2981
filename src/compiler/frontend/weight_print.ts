import type { NamedConstant } from "./transposed_copies.ts";
import { bytesOf, type OnnxFile } from "./onnx_file.ts";

/** The bytes of a weight, from its start and its end, by which it is compared. */
const PROBE = 1024;

/** A text that equal weights have in common; of a large one only the ends are read. */
export function printOf(
  { name, constant: { type, dims, bytes, region } }: NamedConstant,
  file: OnnxFile,
): string {
  const length = bytes?.length ?? region?.length ?? 0;
  const ends = [0, Math.max(0, length - PROBE)].map((offset) => {
    const size = Math.min(PROBE, length);
    if (bytes) return bytes.subarray(offset, offset + size);
    const what = `initializer '${name}' in ${file.path}`;
    return region && bytesOf({ ...region, offset: region.offset + offset, length: size }, what, file);
  });
  return `${type}[${dims.join()}] ${ends.map((end) => end?.join() ?? "").join(" ")}`;
}
