import { InputError } from "../base/errors.ts";
import { CompileError } from "../compiler/graph/errors.ts";
import { isAbsent } from "../disk/is_absent.ts";

/**
 * Whether an error lies in what a command was given: a file, an argument, a model that cannot be compiled, a path that leads to nothing or
 * may not be used. The same command would meet it again.
 */
export function isInputFault(error: unknown): boolean {
  const { IsADirectory, NotCapable, PermissionDenied } = Deno.errors;
  return [InputError, CompileError, IsADirectory, NotCapable, PermissionDenied].some((kind) =>
    error instanceof kind
  ) || isAbsent(error);
}
