import { ConfigValueError } from "../base/errors.ts";
import type { Message } from "../base/message.ts";

/** An error in a template, reported at its key. */
export function templateError(message: string | Message): ConfigValueError {
  return new ConfigValueError([{ path: ["prompt", "template"], message }]);
}
