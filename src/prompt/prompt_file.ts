import type { Tensor } from "../device/device.ts";
import { writeSafetensors } from "../device/safetensors.ts";
import { SEMANTICS } from "../experiment/semantics.ts";
import type { Insertion } from "../experiment/types.ts";

/**
 * A tuned prompt as `prompt.safetensors`.
 *
 * @param prompt float32 [length, dimension]
 */
export function promptFile(prompt: Tensor, insertion: Insertion): Uint8Array<ArrayBuffer> {
  const [length, dimension] = prompt.dims;
  return writeSafetensors({
    tensors: { prompt },
    metadata: {
      format: "softprompt-prompt/1",
      insertion,
      length: String(length),
      dimension: String(dimension),
      semantics: String(SEMANTICS),
    },
  });
}
