import type { Tensor } from "../device/device.ts";
import { writeSafetensors } from "../device/safetensors.ts";
import { SEMANTICS } from "../experiment/semantics.ts";
import type { Insertion, MultiTokenWords } from "../experiment/types.ts";

/** What a prompt was tuned for, where no run's folder says it: the page of `serve` tunes prompts for a run's model and template. */
export interface TunedFor {
  /** The hash of the model's files, as `filesSha256` makes it. */
  readonly model: string;
  readonly template: string;
  /** How texts are cleaned before they are put into the template. */
  readonly clean: string;
  readonly verbalizer: Readonly<Record<string, readonly string[]>>;
  readonly multiTokenWords: MultiTokenWords;
}

/**
 * A tuned prompt as `prompt.safetensors`.
 *
 * @param prompt float32 [length, dimension]
 * @param tunedFor of a prompt that is used alone
 */
export function promptFile(
  prompt: Tensor,
  insertion: Insertion,
  tunedFor?: TunedFor,
): Uint8Array<ArrayBuffer> {
  const [length, dimension] = prompt.dims;
  return writeSafetensors({
    tensors: { prompt },
    metadata: {
      format: "softprompt-prompt/1",
      insertion,
      length: String(length),
      dimension: String(dimension),
      semantics: String(SEMANTICS),
      ...(tunedFor && {
        model_sha256: tunedFor.model,
        template: tunedFor.template,
        clean: tunedFor.clean,
        verbalizer: JSON.stringify(tunedFor.verbalizer),
        multi_token_words: tunedFor.multiTokenWords,
      }),
    },
  });
}
