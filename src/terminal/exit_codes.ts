import { CommanderError } from "commander";
import { CompileError } from "../compiler/mod.ts";
import { InputError } from "../base/errors.ts";
import { HubError } from "../hub/hub_error.ts";
import { Interrupted, TrainingError } from "../training/trainer.ts";
import { DiskError } from "../disk/on_disk.ts";
import { DeviceError } from "../device/device.ts";

/** The command line's exit codes. */
export const FAILED = 1;
export const WRONG_USE = 2;
export const REGRESSION = 3;
export const INTERRUPTED = 130;

/** Runs of a batch failed; each has been told of. */
export class BatchFailed extends Error {
  override readonly name = "BatchFailed";
}

/** Something got worse, and who asked wants to hear it by the exit code. */
export class Regression extends Error {
  override readonly name = "Regression";
}

/** The exit code that an error ends the program with. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USE;
  if (error instanceof InputError || error instanceof CompileError) return WRONG_USE;
  if (error instanceof Regression) return REGRESSION;
  if (isForbidden(error)) return WRONG_USE;
  return error instanceof Interrupted ? INTERRUPTED : FAILED;
}

/** Errors whose message is written for a person. */
const KNOWN = [
  InputError,
  CompileError,
  TrainingError,
  DeviceError,
  DiskError,
  HubError,
  BatchFailed,
  Regression,
];

/** What a person is told; no stack trace, as what they can put right themselves says how. */
export function messageOf(error: unknown): string {
  if (isForbidden(error)) return forbidden(error);
  const known = KNOWN.some((kind) => error instanceof kind);
  return `${known ? "" : "unexpected: "}${error instanceof Error ? error.message : String(error)}`;
}

/** Whether Deno or the system did not let the program do something. */
function isForbidden(error: unknown): error is Error {
  return error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied;
}

function forbidden(error: Error): string {
  return error instanceof Deno.errors.NotCapable
    ? `Deno was not allowed what this takes (${
      error.message.split(", run again")[0]
    }): call deno run -A src/main.ts …, which may do all that you may`
    : `you have no permission for what this takes (${error.message}): give it, or name another file or folder`;
}
